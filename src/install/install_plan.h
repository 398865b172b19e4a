/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_INSTALL_PLAN_H
#define INSTALL_INSTALL_PLAN_H

/*
 * The profiles to install. All of them are named and checked before the first one is written.
 */
#include <stddef.h>

#include "install/enforceable.h"
#include "install/store.h"
#include "util/notes.h"

struct document;
struct error;

struct planned_profile {
	const char *file; /* name in messages; borrowed */
	char *path;	  /* localhostProfile */
	char *content;	  /* OCI JSON */
	struct obstacles obstacles;
	struct notes warnings;	    /* sentences; not obstacles, but worth knowing */
	enum store_outcome outcome; /* known after the installation */
};

struct install_plan {
	struct planned_profile *items;
	size_t length;
};

struct install_naming {
	const char *prefix;
	const char *namespace; /* NULL: that of the custom resource, or none */
	const char *name;      /* NULL: that of the document */
	const char *fallback;  /* for a document without a name; NULL: none */
};

/* The runtime that will enforce the profiles; NULL: not known. */
struct install_runtime {
	const char *name;
	const char *version;
};

/*
 * Adds the profile of a document. file is the document's name in messages, and outlives the
 * plan. -EEXIST if the plan already has a profile with this path, -EINVAL if the profile has no
 * name.
 */
int install_plan_add(struct install_plan *plan, const char *file, const struct document *document,
		     const struct install_naming *naming, const struct install_runtime *runtime,
		     struct error *err);

void install_plan_finish(struct install_plan *plan);
#define _cleanup_install_plan_ __attribute__((cleanup(install_plan_finish)))

#endif
