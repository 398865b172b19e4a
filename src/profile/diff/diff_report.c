// SPDX-License-Identifier: Apache-2.0
#include "profile/diff/diff_report.h"

#include <stddef.h>

const char *const diff_format_names[] = {
	[DIFF_TEXT] = "text",	[DIFF_JSON] = "json",	[DIFF_MARKDOWN] = "markdown",
	[DIFF_SARIF] = "sarif", [DIFF_JUNIT] = "junit", [DIFF_FORMAT_COUNT] = NULL,
};

int diff_report(const struct diff *diff, enum diff_format format, char **ret_text,
		struct error *err)
{
	static int (*const writers[])(const struct diff *, char **, struct error *) = {
		[DIFF_TEXT] = diff_report_text,		[DIFF_JSON] = diff_report_json,
		[DIFF_MARKDOWN] = diff_report_markdown, [DIFF_SARIF] = diff_report_sarif,
		[DIFF_JUNIT] = diff_report_junit,
	};

	return writers[format](diff, ret_text, err);
}
