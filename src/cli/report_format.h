/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_REPORT_FORMAT_H
#define CLI_REPORT_FORMAT_H

#include <stddef.h>

/* The choices of --format where a command reports to people or to machines. */
enum report_format {
	REPORT_TEXT,
	REPORT_JSON,
};

static const char *const report_formats[] = {
	[REPORT_TEXT] = "text",
	[REPORT_JSON] = "json",
	NULL,
};

#endif
