/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_BASELINE_CHOICE_H
#define CLI_BASELINE_CHOICE_H

/* What --baseline names: a built-in table or a file. */
#include <stdbool.h>

#include "profile/document/document.h"

/* For messages: what there are built-in tables of. */
#define BASELINE_RUNTIMES "containerd, cri-o, docker and podman"

struct baseline;
struct container_context;
struct error;

struct baseline_choice {
	const struct baseline *table; /* NULL: a file */
	char *title;		      /* "containerd 2.3.4", or the file */
	char *note;		      /* where another version's table stands in; NULL */
	/* What resolves for a container; NULL where the container does not matter. */
	const struct conditional_profile *conditional;
	struct conditional_profile *own_conditional; /* that of the table */
	struct documents documents;		     /* the file's */
};

/*
 * RUNTIME, RUNTIME@VERSION or a file; a file that has a runtime's name is written with a slash.
 * context checks a file in Docker's form. The caller finishes the choice.
 */
int baseline_choice_init(struct baseline_choice *ret_choice, const char *text,
			 const struct container_context *context, struct error *err);
void baseline_choice_finish(struct baseline_choice *choice);
#define _cleanup_baseline_choice_ _cleanup_(baseline_choice_finish)

/*
 * The table of an engine's version, or of its newest where version is NULL. ret_known is false, and
 * nothing else is done, where there are no tables of the engine.
 */
int baseline_choice_init_engine(struct baseline_choice *ret_choice, const char *engine,
				const char *version, bool *ret_known, struct error *err);

/* As baseline_choice_init(), but a built-in table only. */
int baseline_choice_init_table(struct baseline_choice *ret_choice, const char *text,
			       struct error *err);

#endif
