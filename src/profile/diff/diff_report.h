/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DIFF_DIFF_REPORT_H
#define PROFILE_DIFF_DIFF_REPORT_H

/* A diff as text in several formats. The caller owns each text. */
struct diff;
struct error;

enum diff_format {
	DIFF_TEXT,
	DIFF_JSON,
	DIFF_MARKDOWN,
	DIFF_SARIF,
	DIFF_JUNIT,
	DIFF_FORMAT_COUNT,
};

/* "text", "json", …; ends with NULL. */
extern const char *const diff_format_names[];

int diff_report(const struct diff *diff, enum diff_format format, char **ret_text,
		struct error *err);

/* For people. Control characters are escaped, to protect the terminal. */
int diff_report_text(const struct diff *diff, char **ret_text, struct error *err);

/* For machines: deploy/diff.schema.json describes it. Its member "format" has this value. */
#define DIFF_JSON_FORMAT "recorder.diff/v1"
int diff_report_json(const struct diff *diff, char **ret_text, struct error *err);

/* A comment on a change request, as GitHub and GitLab render it. */
int diff_report_markdown(const struct diff *diff, char **ret_text, struct error *err);

/* SARIF 2.1.0 (OASIS), as code scanning accepts it. */
int diff_report_sarif(const struct diff *diff, char **ret_text, struct error *err);

/* JUnit's XML by the schemas of Ant and Jenkins: one suite per profile, one case per change. */
int diff_report_junit(const struct diff *diff, char **ret_text, struct error *err);

#endif
