/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_PROFILE_USE_H
#define INSTALL_PROFILE_USE_H

/*
 * Finds the running containers that use an installed profile. If CRI knows the path that a
 * container was given, the path decides. Otherwise, the rules in the container's bundle are
 * compared with those of the file by their meaning.
 */
#include <stddef.h>

#include "container/confined.h"

struct error;
struct store_entry;

struct profile_use {
	char *root; /* resolved by realpath(3) */
	struct confined_list containers;
	char **normal_forms; /* of each container's rules; NULL if they cannot be read */
};

/*
 * Finds the containers of this machine that have a seccomp filter. endpoint is a CRI socket, or
 * NULL for the usual ones. With NULL, it is no error if none of them answers.
 */
int profile_use_init(struct profile_use *ret_use, const char *root, const char *endpoint,
		     struct error *err);
void profile_use_finish(struct profile_use *use);
#define _cleanup_profile_use_ __attribute__((cleanup(profile_use_finish)))

/*
 * Finds the containers that use an entry of the store. The caller frees the array. Its elements
 * are borrowed from use.
 */
int profile_use_find(const struct profile_use *use, const struct store_entry *entry,
		     const struct confined ***ret_users, size_t *ret_count, struct error *err);

/*
 * Returns "shop/web-0/main" for the container of a pod, otherwise the beginning of its id. The
 * caller frees the name; NULL when memory ran out.
 */
char *profile_use_name(const struct confined *user);

#endif
