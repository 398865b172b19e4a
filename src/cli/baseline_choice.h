/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_BASELINE_CHOICE_H
#define CLI_BASELINE_CHOICE_H

/* The value of --baseline: a built-in table or a file. */
#include <stdbool.h>

#include "profile/document/document.h"

/* The runtimes that have built-in tables, for messages. */
#define BASELINE_RUNTIMES "containerd, cri-o, docker and podman"

struct baseline;
struct container_context;
struct error;

struct baseline_choice {
	const struct baseline *table; /* NULL: a file */
	char *title;		      /* "containerd 2.3.4", or the path of the file */
	char *note;		      /* says that another version's table is used; or NULL */
	/* The profile to resolve for a container; NULL if it is the same for all. */
	const struct conditional_profile *conditional;
	struct conditional_profile *own_conditional; /* of the table; owned */
	struct documents documents;		     /* of the file */
};

/*
 * Parses RUNTIME, RUNTIME@VERSION or a file. A file with the name of a runtime needs a slash in
 * its path. context serves to check a file in Docker's form. The caller finishes ret_choice.
 */
int baseline_choice_init(struct baseline_choice *ret_choice, const char *text,
			 const struct container_context *context, struct error *err);
void baseline_choice_finish(struct baseline_choice *choice);
#define _cleanup_baseline_choice_ _cleanup_(baseline_choice_finish)

/*
 * Chooses the table of an engine's version, or of its newest one if version is NULL. If there
 * are no tables of the engine, it only sets ret_known to false.
 */
int baseline_choice_init_engine(struct baseline_choice *ret_choice, const char *engine,
				const char *version, bool *ret_known, struct error *err);

/* True if text is RUNTIME or RUNTIME@VERSION, of a runtime that has tables. */
bool baseline_choice_is_table(const char *text);

/* As baseline_choice_init(), but accepts only a built-in table. */
int baseline_choice_init_table(struct baseline_choice *ret_choice, const char *text,
			       struct error *err);

#endif
