// SPDX-License-Identifier: Apache-2.0
#include "cli/runtime_option.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/frame/cli.h"
#include "util/array.h"

int runtime_option_parse(const char *text, const char *others, struct runtime_option *ret_option,
			 struct error *err)
{
	static const char *const known[] = { "runc", "crun" };
	size_t i, length = strcspn(text, "@");

	for (i = 0; i < array_size(known); i++) {
		if (strlen(known[i]) != length || strncmp(text, known[i], length) != 0 ||
		    (text[length] && !isdigit((unsigned char)text[length + 1])))
			continue;
		snprintf(ret_option->name, sizeof(ret_option->name), "%s", known[i]);
		ret_option->choice = (struct runtime_choice){
			.name = ret_option->name,
			.version = text[length] ? text + length + 1 : NULL,
		};
		return 0;
	}
	return cli_usage_error(err,
			       "--runtime-calls %s: write %srunc or crun, or one of these two "
			       "with a version, such as runc@1.1.5",
			       text, others);
}
