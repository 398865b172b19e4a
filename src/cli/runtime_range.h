/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RUNTIME_RANGE_H
#define CLI_RUNTIME_RANGE_H

#include "seccomp/refusals.h"

struct error;

/*
 * "runc", "crun" or "runc@1.1.5", as users say which runtime a profile is for. What is none of
 * these is a usage error, which names the option. The range keeps nothing of the text.
 */
int runtime_range_parse(const char *option, const char *text, struct runtime_range *ret_range,
			struct error *err);

#endif
