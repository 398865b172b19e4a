/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONFINED_H
#define CONTAINER_CONFINED_H

/*
 * Finds the containers of this machine that run under a seccomp filter, and their filters.
 * Sources: the runtimes' state directories, the bundles that these lead to, and CRI.
 */
#include <stddef.h>

struct cri;
struct error;

/* A container under a seccomp filter. Strings are owned by the structure, NULL when unknown. */
struct confined {
	char *id;
	char *name; /* of the container in its pod */
	char *pod_name;
	char *pod_namespace;
	char *localhost_profile; /* path of the profile that CRI asked the runtime to load */
	char *seccomp;		 /* linux.seccomp of the bundle, as JSON */
};

struct confined_list {
	struct confined *items; /* sorted by id, each id once */
	size_t length;
};

void confined_list_finish(struct confined_list *list);
#define _cleanup_confined_list_ __attribute__((cleanup(confined_list_finish)))

/*
 * Finds all containers that have a filter and have not ended. root is "" or a test's directory,
 * as for container_states_find(); cri may be NULL. Skips what cannot be asked or read.
 */
int confined_find(const char *root, struct cri *cri, struct confined_list *ret_list,
		  struct error *err);

#endif
