/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_REPORT_FORMAT_H
#define CLI_REPORT_FORMAT_H

#include <stddef.h>

#include "cli/frame/cli.h"

/* The choices of --format for commands that report to people or to programs. */
enum report_format {
	REPORT_TEXT,
	REPORT_JSON,
};

/* The row of --format. The structure has an int named format. */
#define REPORT_FORMAT_OPTION(structure)                                                      \
	{                                                                                    \
		.name = "format", .type = CLI_CHOICE, .offset = offsetof(structure, format), \
		.choices =                                                                   \
			(const char *const[]){                                               \
				[REPORT_TEXT] = "text", [REPORT_JSON] = "json", NULL         \
			},                                                                   \
		.initial = "text",                                                           \
		.help = "what is printed: text for people, or JSON for programs"             \
	}

#endif
