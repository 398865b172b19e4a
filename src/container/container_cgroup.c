// SPDX-License-Identifier: Apache-2.0
#include "container/container_cgroup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup/cgroup.h"
#include "cgroup/cgroup_path.h"
#include "container/neighbour.h"
#include "util/cleanup.h"
#include "util/error.h"

/*
 * Converts systemd's notation "slice:prefix:name" to the component that systemd makes of it,
 * "prefix-name.scope". NULL for any other notation.
 */
static char *scope_of(const char *cgroups_path)
{
	const char *prefix = strchr(cgroups_path, ':');
	const char *name = prefix ? strchr(prefix + 1, ':') : NULL;
	char *scope;

	if (!name)
		return NULL;
	prefix++;
	if (asprintf(&scope, "%.*s%s%s.scope", (int)(name - prefix), prefix,
		     name > prefix ? "-" : "", name + 1) < 0)
		return NULL;
	return scope;
}

/* Finds wanted in path as whole components. Returns the length up to their end, or 0. */
static size_t find_components(const char *path, const char *wanted)
{
	size_t length;
	const char *at;

	wanted += strspn(wanted, "/");
	for (length = strlen(wanted); length && wanted[length - 1] == '/';)
		length--;
	for (at = path; length && (at = strchr(at, '/')); at++)
		if (strncmp(at + 1, wanted, length) == 0 &&
		    (at[1 + length] == '/' || at[1 + length] == '\0'))
			return at + 1 + length - path;
	return 0;
}

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t end_length = strlen(end);

	return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

/*
 * True if the component is the id; "…:<id>", as the cgroupfs driver writes systemd's notation;
 * or "…-<id>.scope", as the systemd driver writes it.
 */
static bool names_container(const char *component, size_t length, const char *id)
{
	static const char scope[] = ".scope";
	size_t before;

	if (length == strlen(id) && memcmp(component, id, length) == 0)
		return true;
	before = ends_with(component, length, scope) ? length - strlen(scope) : length;
	if (before <= strlen(id) || !ends_with(component, before, id))
		return false;
	return component[before - strlen(id) - 1] == (before == length ? ':' : '-');
}

static size_t find_name(const char *path, const char *id)
{
	const char *at = path + strspn(path, "/");

	while (*at) {
		size_t length = strcspn(at, "/");

		if (names_container(at, length, id))
			return at + length - path;
		at += length;
		at += strspn(at, "/");
	}
	return 0;
}

size_t container_cgroup_length(const struct container_key *key, const char *path)
{
	_cleanup_free_ char *scope = NULL;
	struct cgroup_container found;
	size_t length = 0;

	if (cgroup_path_parse(path, &found) && strcmp(found.id, key->id) == 0)
		return found.length;
	if (key->cgroups_path && *key->cgroups_path) {
		scope = scope_of(key->cgroups_path);
		length = scope ? find_components(path, scope) : 0;
		/* The cgroupfs driver takes systemd's notation as a path like any other. */
		if (!length)
			length = find_components(path, key->cgroups_path);
	}
	return length ? length : find_name(path, key->id);
}

int container_cgroup_find(const struct container_key *key, char **ret_path, struct error *err)
{
	size_t own;
	char *path;
	int r = cgroup_of_pid(key->pid, &path, err);

	if (r < 0)
		return r;
	if (strcmp(path, "/") == 0) {
		free(path);
		return error_set(err, ENOTSUP,
				 "container %s has no cgroup of its own: process %d is in the "
				 "root cgroup, with the whole machine",
				 key->id, key->pid);
	}
	own = container_cgroup_length(key, path);
	if (own)
		path[own] = '\0';
	*ret_path = path;
	return 0;
}

static int doubt(char **ret_doubt, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int doubt(char **ret_doubt, struct error *err, const char *format, ...)
{
	va_list args;
	int written;

	va_start(args, format);
	written = vasprintf(ret_doubt, format, args);
	va_end(args);
	if (written >= 0)
		return 0;
	*ret_doubt = NULL;
	return error_nomem(err);
}

int container_cgroup_check(const struct cgroup_mount *mount, const struct container_key *key,
			   const char *path, char **ret_doubt, struct error *err)
{
	bool own = container_cgroup_length(key, path) == strlen(path);
	_cleanup_neighbour_ struct neighbour neighbour = {};
	int r;

	*ret_doubt = NULL;
	if (!key->pid)
		return 0;
	/* The container made the cgroups below its own, so they are not searched. */
	r = neighbour_find(mount, path, key->pid, !own, &neighbour, err);
	if (r < 0)
		return r;
	if (neighbour.pid && own)
		return doubt(ret_doubt, err,
			     "process %d (%s) is in the container's cgroup %s but does not belong "
			     "to the container: what it does there is in the recording",
			     neighbour.pid, neighbour.name, path);
	if (neighbour.pid)
		return error_set(err, ENOTSUP,
				 "container %s has no cgroup of its own: process %d (%s), which "
				 "does not belong to it, is in %s too, and their system calls "
				 "cannot be told apart",
				 key->id, neighbour.pid, neighbour.name, path);
	if (!own)
		return doubt(ret_doubt, err,
			     "the container may share the cgroup %s: what others do there is in "
			     "the recording",
			     path);
	return 0;
}
