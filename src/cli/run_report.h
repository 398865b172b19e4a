/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RUN_REPORT_H
#define CLI_RUN_REPORT_H

/* What 'recorder run --log' says at the end: every call that the profile does not let through. */
#include <stdbool.h>

struct error;
struct violations;

/* Lines for people, or an object; owned by the caller. */
int run_report_text(const struct violations *violations, char **ret_text, struct error *err);
int run_report_json(const struct violations *violations, int exit_status, char **ret_text,
		    struct error *err);

#endif
