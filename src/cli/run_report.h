/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RUN_REPORT_H
#define CLI_RUN_REPORT_H

/* The report of 'recorder run --log': every call that the profile does not let through. */
#include <stdbool.h>

struct error;
struct violations;

/* Writes the report as text for people, or as a JSON object. The caller owns ret_text. */
int run_report_text(const struct violations *violations, char **ret_text, struct error *err);
int run_report_json(const struct violations *violations, int exit_status, char **ret_text,
		    struct error *err);

#endif
