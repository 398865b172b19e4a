/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BASELINE_BASELINE_REPORT_H
#define PROFILE_BASELINE_BASELINE_REPORT_H

/* The built-in tables for people and for machines. */
#include <stddef.h>

struct baseline;
struct container_context;
struct error;
struct conditional_profile;

/*
 * The tables of a runtime, or of all where it is NULL: how much of the calls of an architecture
 * each allows in a context. The text is owned by the caller.
 */
int baseline_list_text(const char *runtime, const struct container_context *context,
		       const char *scmp_arch, char **ret_text, struct error *err);
int baseline_list_json(const char *runtime, const struct container_context *context,
		       const char *scmp_arch, char **ret_text, struct error *err);

/* One table. */
struct baseline_view {
	const char *title; /* "containerd 1.6.20" */
	const char *note;  /* NULL */
	const struct baseline *table;
	const struct conditional_profile *conditional;
	const struct container_context *context;
	const char *scmp_arch;
};

/* Every call of the architecture: whether it is allowed, and what it is for. */
int baseline_show_text(const struct baseline_view *view, char **ret_text, struct error *err);
int baseline_show_json(const struct baseline_view *view, char **ret_text, struct error *err);

#endif
