/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INSTALL_PLAN_H
#define CLI_INSTALL_PLAN_H

/*
 * What 'recorder install' is going to do: all files are read, named and checked before the first is
 * written.
 */
#include <stdbool.h>
#include <stddef.h>

#include "install/enforceable.h"
#include "install/store.h"

struct document_options;
struct error;

struct planned_profile {
	const char *file; /* as messages call it; borrowed */
	char *path;	  /* localhostProfile */
	char *content;	  /* OCI JSON */
	struct obstacles obstacles;
	enum store_outcome outcome; /* once it is installed */
};

struct install_plan {
	struct planned_profile *items;
	size_t length;
};

struct install_naming {
	const char *prefix;
	const char *namespace; /* NULL: that of the custom resource, or none */
	const char *name;      /* NULL: that of the document, or of the file */
};

/* The runtime that is to enforce the profiles; NULL where not known. */
struct install_runtime {
	const char *name;
	const char *version;
};

/* Adds everything in a file. Two profiles of the same path are -EEXIST. */
int install_plan_add(struct install_plan *plan, const char *file,
		     const struct document_options *reading, const struct install_naming *naming,
		     const struct install_runtime *runtime, struct error *err);

void install_plan_finish(struct install_plan *plan);
#define _cleanup_install_plan_ __attribute__((cleanup(install_plan_finish)))

#endif
