// SPDX-License-Identifier: Apache-2.0
#include "target/container.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "target/container_state.h"
#include "target/cri.h"
#include "target/runtime.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

#define CGROUP_DEPTH_MAX 64
#define CANDIDATES_SHOWN 5

void container_finish(struct container *container)
{
	free(container->id);
	free(container->cgroup);
	free(container->runtime);
	free(container->runtime_version);
	bundle_finish(&container->bundle);
	*container = (struct container){ 0 };
}

/* A container that the prefix may mean, with what the place where it was seen knows. */
struct candidate {
	char *id;
	char *cgroup; /* NULL unless seen in the cgroup tree */
};

struct search {
	const char *prefix;
	struct candidate *items; /* each id once */
	size_t length;
};

static void search_finish(struct search *search)
{
	size_t i;

	for (i = 0; i < search->length; i++) {
		free(search->items[i].id);
		free(search->items[i].cgroup);
	}
	free(search->items);
}

static struct candidate *find_candidate(struct search *search, const char *id)
{
	size_t i;

	for (i = 0; i < search->length; i++)
		if (strcmp(search->items[i].id, id) == 0)
			return &search->items[i];
	return NULL;
}

static int add_candidate(struct search *search, const char *id, struct error *err)
{
	struct candidate *grown;

	if (!str_has_prefix(id, search->prefix) || find_candidate(search, id))
		return 0;
	grown = array_grow(search->items, search->length, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	search->items = grown;
	grown[search->length] = (struct candidate){ .id = strdup(id) };
	if (!grown[search->length].id)
		return error_nomem(err);
	search->length++;
	return 0;
}

static int search_states(struct search *search, const struct container_states *states,
			 struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < states->length && r == 0; i++)
		r = add_candidate(search, states->items[i].id, err);
	return r;
}

/* A runtime that cannot be asked is no reason to fail: the files may tell. */
static int search_cri(struct search *search, struct cri *cri, struct error *err)
{
	struct cri_container *containers = NULL;
	size_t i, count = 0;
	int r = 0;

	if (!cri || cri_list_containers(cri, NULL, &containers, &count, NULL) < 0)
		return 0;
	for (i = 0; i < count && r == 0; i++)
		if (containers[i].state != CRI_CONTAINER_EXITED)
			r = add_candidate(search, containers[i].id, err);
	cri_containers_free(containers, count);
	return r;
}

static int add_cgroup(struct search *search, const char *path, const struct cgroup_container *found,
		      struct error *err)
{
	struct candidate *candidate;
	int r = add_candidate(search, found->id, err);

	if (r < 0)
		return r;
	candidate = find_candidate(search, found->id);
	if (!candidate || candidate->cgroup)
		return 0;
	candidate->cgroup = strndup(path, found->length);
	return candidate->cgroup ? 0 : error_nomem(err);
}

/* Walks the tree below path; what lies inside a container belongs to it and is not searched. */
static int search_cgroups(struct search *search, const struct cgroup_mount *mount, const char *path,
			  int depth, struct error *err)
{
	_cleanup_free_ char *directory = NULL;
	_cleanup_closedir_ DIR *dir = NULL;
	struct cgroup_container found;
	struct dirent *entry;
	int r = cgroup_directory(mount, path, &directory, err);

	if (r < 0)
		return r;
	if (cgroup_path_parse(path, &found))
		return add_cgroup(search, path, &found, err);
	dir = depth < CGROUP_DEPTH_MAX ? opendir(directory) : NULL;
	while (dir && (entry = readdir(dir))) {
		_cleanup_free_ char *child = NULL;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (asprintf(&child, "%s/%s", path[1] ? path : "", entry->d_name) < 0) {
			child = NULL;
			return error_nomem(err);
		}
		r = search_cgroups(search, mount, child, depth + 1, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int ambiguous(const struct search *search, struct error *err)
{
	_cleanup_free_ char *list = NULL;
	size_t i, size;
	FILE *out = open_memstream(&list, &size);

	if (!out)
		return error_nomem(err);
	for (i = 0; i < search->length && i < CANDIDATES_SHOWN; i++)
		fprintf(out, "%s%s", i ? ", " : "", search->items[i].id);
	if (i < search->length)
		fprintf(out, " and %zu more", search->length - i);
	fclose(out);
	return error_set(err, ENOTUNIQ,
			 "%zu containers have an id that begins with '%s': %s; write more of it",
			 search->length, search->prefix, list);
}

static int choose(struct search *search, const struct candidate **ret_candidate, struct error *err)
{
	const struct candidate *exact = find_candidate(search, search->prefix);

	if (search->length == 0)
		return error_set(err, ENOENT,
				 "no container has an id that begins with '%s' (asked: the state "
				 "directories of containerd, Docker, CRI-O, Podman, runc and crun, "
				 "and the cgroup tree); --wait waits for one",
				 search->prefix);
	if (!exact && search->length > 1)
		return ambiguous(search, err);
	*ret_candidate = exact ? exact : &search->items[0];
	return 0;
}

/*
 * The container's own cgroup: the process may be in one below it, as under an init system in
 * the container.
 */
static int cgroup_of_container(const char *id, pid_t pid, char **ret_cgroup, struct error *err)
{
	struct cgroup_container found;
	char *path;
	int r = cgroup_of_pid(pid, &path, err);

	if (r < 0)
		return r;
	if (strcmp(path, "/") == 0) {
		free(path);
		return error_set(err, ENOTSUP,
				 "container %s has no cgroup of its own: process %d is in the "
				 "top one, with the whole machine",
				 id, pid);
	}
	if (cgroup_path_parse(path, &found) && strcmp(found.id, id) == 0)
		path[found.length] = '\0';
	*ret_cgroup = path;
	return 0;
}

static const struct container_state *find_state(const struct container_states *states,
						const char *id)
{
	size_t i;

	for (i = 0; i < states->length; i++)
		if (strcmp(states->items[i].id, id) == 0)
			return &states->items[i];
	return NULL;
}

/* Bundle, runtime and its version, as far as they can be found out. */
static void describe(struct container *container, const struct container_state *state)
{
	if (!state)
		return;
	container->pid = state->pid;
	container->engine = state->engine;
	if (state->bundle)
		container->bundle_known = bundle_read(state->bundle, &container->bundle, NULL) == 0;
	if (state->runtime)
		container->runtime = strdup(state->runtime);
	if (container->runtime)
		runtime_version(container->runtime, state->runtime_binary,
				&container->runtime_version, NULL);
}

/* Podman and CRI-O share their state directories: the cgroup's name tells them apart. */
static void tell_engine(struct container *container)
{
	struct cgroup_container found;

	if (!container->engine && cgroup_path_parse(container->cgroup, &found) &&
	    strcmp(found.id, container->id) == 0)
		container->engine = found.engine;
}

/* What CRI knows and the files did not tell. */
static void ask_cri(struct container *container, struct cri *cri)
{
	_cleanup_cri_container_status_ struct cri_container_status status = { 0 };
	const char *runtime;

	if (!cri || cri_container_status(cri, container->id, &status, NULL) < 0)
		return;
	if (status.pid)
		container->pid = status.pid;
	runtime = runtime_name_of(*status.runtime_binary ? status.runtime_binary :
							   status.runtime_type);
	if (!container->runtime && runtime)
		container->runtime = strdup(runtime);
	if (container->runtime && !container->runtime_version)
		runtime_version(container->runtime, status.runtime_binary,
				&container->runtime_version, NULL);
	if (!container->bundle_known && *status.bundle)
		container->bundle_known = bundle_parse(status.bundle, strlen(status.bundle),
						       &container->bundle, NULL) == 0;
}

static int locate(struct container *container, const struct candidate *candidate, struct error *err)
{
	if (container->pid &&
	    cgroup_of_container(container->id, container->pid, &container->cgroup, err) == 0)
		return 0;
	if (candidate->cgroup) {
		container->cgroup = strdup(candidate->cgroup);
		error_finish(err);
		return container->cgroup ? 0 : error_nomem(err);
	}
	if (container->pid && err && err->code == ENOTSUP)
		return -ENOTSUP;
	return error_set(err, ENOENT, "container %s is not running", container->id);
}

int container_resolve(const struct cgroup_mount *mount, struct cri *cri, const char *id_prefix,
		      struct container *ret_container, struct error *err)
{
	_cleanup_container_ struct container container = { 0 };
	_cleanup_container_states_ struct container_states states = { 0 };
	_cleanup_(search_finish) struct search search = { .prefix = id_prefix };
	const struct candidate *candidate = NULL;
	int r;

	if (!*id_prefix || !container_id_is_valid(id_prefix))
		return error_set(err, EINVAL, "'%s' can be no container's id", id_prefix);
	r = container_states_find("", id_prefix, &states, err);
	if (r == 0)
		r = search_states(&search, &states, err);
	if (r == 0)
		r = search_cri(&search, cri, err);
	if (r == 0)
		r = search_cgroups(&search, mount, mount->root, 0, err);
	if (r == 0)
		r = choose(&search, &candidate, err);
	if (r < 0)
		return r;
	container.id = strdup(candidate->id);
	if (!container.id)
		return error_nomem(err);
	describe(&container, find_state(&states, container.id));
	ask_cri(&container, cri);
	r = locate(&container, candidate, err);
	if (r < 0)
		return r;
	tell_engine(&container);
	*ret_container = container;
	container = (struct container){ 0 };
	return 0;
}

int container_describe(struct cri *cri, const char *id, const char *cgroup,
		       struct container *ret_container, struct error *err)
{
	_cleanup_container_ struct container container = { 0 };
	_cleanup_container_states_ struct container_states states = { 0 };
	int r = container_states_find("", id, &states, err);

	if (r < 0)
		return r;
	container.id = strdup(id);
	container.cgroup = strdup(cgroup);
	if (!container.id || !container.cgroup)
		return error_nomem(err);
	describe(&container, find_state(&states, id));
	if (!container.bundle_known)
		ask_cri(&container, cri);
	tell_engine(&container);
	*ret_container = container;
	container = (struct container){ 0 };
	return 0;
}
