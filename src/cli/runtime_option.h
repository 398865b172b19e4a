/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RUNTIME_OPTION_H
#define CLI_RUNTIME_OPTION_H

/* The value "RUNTIME[@VERSION]" of --runtime-calls: runc, crun, runc@1.1.5. */
#include "recording/derive.h"

struct error;

struct runtime_option {
	char name[32];
	struct runtime_choice choice; /* points into name and the text */
};

/*
 * Parses such a value. Anything else is a usage error. Its message also names the other values
 * of the option, which others lists: "auto, none, ".
 */
int runtime_option_parse(const char *text, const char *others, struct runtime_option *ret_option,
			 struct error *err);

#endif
