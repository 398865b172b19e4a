/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RUNTIME_OPTION_H
#define CLI_RUNTIME_OPTION_H

/* "RUNTIME[@VERSION]" of --runtime-calls: runc, crun, runc@1.1.5. */
#include "recording/derive.h"

struct error;

struct runtime_option {
	char name[32];
	struct runtime_choice choice; /* points into name and the text */
};

/* Anything else is a usage error, in which others are named too: "auto, none, ". */
int runtime_option_parse(const char *text, const char *others, struct runtime_option *ret_option,
			 struct error *err);

#endif
