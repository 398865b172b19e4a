/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_INSTALL_PLAN_H
#define INSTALL_INSTALL_PLAN_H

/*
 * What is going to be installed: every profile is named and checked before the first is written.
 */
#include <stddef.h>

#include "install/enforceable.h"
#include "install/store.h"
#include "util/notes.h"

struct document;
struct error;

struct planned_profile {
	const char *file; /* as messages call it; borrowed */
	char *path;	  /* localhostProfile */
	char *content;	  /* OCI JSON */
	struct obstacles obstacles;
	struct notes
		warnings; /* sentences about what works, and is worth knowing before it is used */
	enum store_outcome outcome; /* once it is installed */
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

/* The runtime that is to enforce the profiles; NULL where not known. */
struct install_runtime {
	const char *name;
	const char *version;
};

/*
 * Adds the profile of a document. file is what messages call the document's origin, and
 * outlives the plan. Two profiles of the same path are -EEXIST, one without any name is
 * -EINVAL.
 */
int install_plan_add(struct install_plan *plan, const char *file, const struct document *document,
		     const struct install_naming *naming, const struct install_runtime *runtime,
		     struct error *err);

void install_plan_finish(struct install_plan *plan);
#define _cleanup_install_plan_ __attribute__((cleanup(install_plan_finish)))

#endif
