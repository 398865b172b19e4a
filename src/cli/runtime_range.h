/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RUNTIME_RANGE_H
#define CLI_RUNTIME_RANGE_H

#include "seccomp/refusals.h"

struct error;

/*
 * Parses the runtime that a profile is for, such as "runc", "crun" or "runc@1.1.5". Anything
 * else is a usage error, whose message names the option. ret_range borrows nothing from text.
 */
int runtime_range_parse(const char *option, const char *text, struct runtime_range *ret_range,
			struct error *err);

#endif
