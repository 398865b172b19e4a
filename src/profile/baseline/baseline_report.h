/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BASELINE_BASELINE_REPORT_H
#define PROFILE_BASELINE_BASELINE_REPORT_H

/* Reports on the built-in tables, as text and as JSON. */
#include <stddef.h>

struct baseline;
struct container_context;
struct error;
struct conditional_profile;

/*
 * List the tables of a runtime (NULL: of all runtimes), with the number of calls of an
 * architecture that each table allows in a context. The caller owns the text.
 */
int baseline_list_text(const char *runtime, const struct container_context *context,
		       const char *scmp_arch, char **ret_text, struct error *err);
int baseline_list_json(const char *runtime, const struct container_context *context,
		       const char *scmp_arch, char **ret_text, struct error *err);

/* A table to show. All members are borrowed. */
struct baseline_view {
	const char *title; /* "containerd 1.6.20" */
	const char *note;  /* or NULL */
	const struct baseline *table;
	const struct conditional_profile *conditional;
	const struct container_context *context;
	const char *scmp_arch;
};

/* Show for every call of the architecture whether it is allowed, and its purpose. */
int baseline_show_text(const struct baseline_view *view, char **ret_text, struct error *err);
int baseline_show_json(const struct baseline_view *view, char **ret_text, struct error *err);

#endif
