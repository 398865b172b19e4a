/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_PROFILE_USE_H
#define INSTALL_PROFILE_USE_H

/*
 * Which running containers use an installed profile. CRI knows the path that a container was given;
 * elsewhere the container's own rules, in its bundle, are compared with the file's by what they
 * mean.
 */
#include <stddef.h>

#include "container/confined.h"

struct error;
struct store_entry;

struct profile_use {
	char *root; /* as runtimes are told it */
	struct confined_list containers;
	char **normal_forms; /* of each container's rules, NULL where they cannot be read */
};

/*
 * Asks this machine. endpoint is a CRI socket, or NULL for the usual ones: then having none is no
 * error.
 */
int profile_use_init(struct profile_use *ret_use, const char *root, const char *endpoint,
		     struct error *err);
void profile_use_finish(struct profile_use *use);
#define _cleanup_profile_use_ __attribute__((cleanup(profile_use_finish)))

/* The containers that use an entry of the store, borrowed from use; the array is the caller's. */
int profile_use_find(const struct profile_use *use, const struct store_entry *entry,
		     const struct confined ***ret_users, size_t *ret_count, struct error *err);

/* "shop/web-0/main" for a pod's container, otherwise the beginning of its id; the caller's. */
char *profile_use_name(const struct confined *user);

#endif
