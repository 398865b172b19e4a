/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONFINED_H
#define CONTAINER_CONFINED_H

/*
 * Which containers of this machine run under a seccomp filter, and under which: what the runtimes'
 * state directories, the bundles that these lead to, and CRI say.
 */
#include <stddef.h>

struct cri;
struct error;

/* Strings are owned by the structure, NULL where nothing tells. */
struct confined {
	char *id;
	char *name; /* of the container in its pod */
	char *pod_name;
	char *pod_namespace;
	char *localhost_profile; /* path that the runtime was asked to load, as CRI knows it */
	char *seccomp;		 /* linux.seccomp of the bundle, as JSON */
};

struct confined_list {
	struct confined *items; /* sorted by id, each id once */
	size_t length;
};

void confined_list_finish(struct confined_list *list);
#define _cleanup_confined_list_ __attribute__((cleanup(confined_list_finish)))

/*
 * All containers that have a filter and have not ended. root is "" or a test's directory, as for
 * container_states_find(); cri may be NULL. What cannot be asked or read is passed over.
 */
int confined_find(const char *root, struct cri *cri, struct confined_list *ret_list,
		  struct error *err);

#endif
