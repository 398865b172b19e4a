// SPDX-License-Identifier: Apache-2.0
#include "container/container.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "container/container_cgroup.h"
#include "container/container_record.h"
#include "container/container_search.h"
#include "container/container_state.h"
#include "container/cri.h"
#include "container/engine.h"
#include "cgroup/owner.h"
#include "container/runtime.h"
#include "container/state_file.h"
#include "util/array.h"
#include "util/error.h"
#include "util/file.h"
#include "util/str.h"

#define PROC_FILE_MAX 65536
#define NAME_MAX_LENGTH 255 /* cri-dockerd makes long names, but none is longer */

void container_finish(struct container *container)
{
	free(container->id);
	free(container->cgroup);
	free(container->runtime);
	free(container->runtime_version);
	free(container->engine_version);
	free(container->name);
	free(container->image);
	free(container->image_digest);
	bundle_finish(&container->bundle);
	*container = (struct container){};
}

int container_reference_parse(const char *text, struct container_reference *ret_reference,
			      struct error *err)
{
	static const enum container_engine engines[] = { ENGINE_CONTAINERD, ENGINE_CRIO,
							 ENGINE_DOCKER, ENGINE_PODMAN };
	static const char mark[] = "://";
	struct container_reference reference = { ENGINE_UNKNOWN, text };
	const char *colon = strstr(text, mark);
	size_t i;

	for (i = 0; colon && i < array_size(engines); i++) {
		const char *name = container_engine_name(engines[i]);

		if (strlen(name) == (size_t)(colon - text) && str_has_prefix(text, name))
			reference =
				(struct container_reference){ engines[i], colon + strlen(mark) };
	}
	if (colon && !reference.engine)
		return error_set(err, EINVAL,
				 "'%s' does not begin with a known engine: containerd, cri-o, "
				 "docker or podman",
				 text);
	text = reference.text;
	if (!*text || strlen(text) > NAME_MAX_LENGTH || !container_name_is_valid(text))
		return error_set(err, EINVAL, "'%s' cannot be a container's id or name", text);
	*ret_reference = reference;
	return 0;
}

/*
 * Finds the container's own cgroup. The process may be in a cgroup below it, for example under
 * an init system in the container. Evidence of an ordinary user is accepted only for a process
 * in a cgroup of that user.
 */
static int cgroup_of_container(const struct cgroup_mount *mount, const struct container *container,
			       int process, char **ret_cgroup, struct error *err)
{
	const struct container_key key = {
		.id = container->id,
		.pid = container->pid,
		.cgroups_path = container->bundle.cgroups_path,
	};
	_cleanup_free_ char *text = NULL, *path = NULL;
	size_t length;
	uid_t owner;
	int r = file_read(process, "cgroup", PROC_FILE_MAX, &text, NULL, err);

	if (r == 0)
		r = cgroup_of_text(text, &path, err);
	if (r < 0)
		return r;
	if (container->owner != OWNER_ROOT) {
		r = owner_of_cgroup(mount, path, &owner, err);
		if (r < 0)
			return r;
		if (owner != container->owner)
			return error_set(err, ESRCH,
					 "user %u claims process %d for container %s, but its "
					 "cgroup %s does not belong to that user",
					 container->owner, container->pid, container->id, path);
	}
	if (strcmp(path, "/") == 0)
		return error_set(err, ENOTSUP,
				 "container %s has no cgroup of its own: process %d is in the "
				 "root cgroup, with the whole machine",
				 container->id, container->pid);
	length = container_cgroup_length(&key, path);
	if (length)
		path[length] = '\0';
	*ret_cgroup = steal_pointer(&path);
	return 0;
}

/*
 * Recognizes a sandbox of gVisor or Kata by the program that its process runs. There may be no
 * other evidence, because the administrator chooses the name by which the engine knows the
 * runtime.
 */
static void tell_runtime_by_process(struct container *container, int process)
{
	char target[256];
	ssize_t length = readlinkat(process, "exe", target, sizeof(target) - 1);
	const char *slash, *runtime;

	if (length <= 0)
		return;
	target[length] = '\0';
	slash = strrchr(target, '/');
	runtime = runtime_name_of(slash ? slash : target);
	if (runtime && !runtime_is_visible(runtime)) {
		free(container->runtime);
		container->runtime = strdup(runtime);
	}
}

/* Reads the bundle if only root and the container's owner can change it. */
static void read_bundle(struct container *container, const char *path)
{
	_cleanup_state_directory_ struct state_directory directory = STATE_DIRECTORY_CLOSED;

	if (state_directory_open(path, &directory, NULL) == 0 &&
	    owner_tells_about(directory.owner, container->owner))
		container->bundle_known = bundle_read(&directory, &container->bundle, NULL) == 0;
}

/*
 * Sets the first process, the engine, the bundle, and the runtime with its version, as far as
 * they are known.
 */
static void describe(struct container *container, const struct container_state *state)
{
	if (!state)
		return;
	container->pid = state->pid;
	if (!container->engine)
		container->engine = state->engine;
	if (state->bundle)
		read_bundle(container, state->bundle);
	if (state->runtime)
		container->runtime = strdup(state->runtime);
	if (container->runtime && runtime_is_visible(container->runtime))
		runtime_version(container->runtime, state->runtime_binary,
				&container->runtime_version, NULL);
}

/* Adds the details of the engine's record. */
static void describe_from_record(struct container *container, const struct container_record *record)
{
	if (!record)
		return;
	if (!container->engine)
		container->engine = record->engine;
	container_record_set(&container->name, record->name);
	container_record_set(&container->image, record->image);
	container_record_set(&container->image_digest, record->image_digest);
	container_record_set(&container->runtime, record->runtime);
	container->restarts = record->restarts;
	container->active = record->active;
}

/*
 * Podman and CRI-O share their state directories, so the cgroup's name identifies the engine.
 */
static void tell_engine(struct container *container)
{
	struct cgroup_container found;

	if (!container->engine && container->cgroup &&
	    cgroup_path_parse(container->cgroup, &found) && strcmp(found.id, container->id) == 0)
		container->engine = found.engine;
}

/* containerd, and runtimes called by hand, write no records that this program reads. */
static bool may_have_record(enum container_engine engine)
{
	return engine != ENGINE_CONTAINERD && engine != ENGINE_RUNC && engine != ENGINE_CRUN;
}

static int look_up(struct container *container, struct container_states *states, struct error *err)
{
	_cleanup_container_records_ struct container_records records = {};
	int r = container_states_find("", container->id, states, err);

	if (r < 0)
		return r;
	describe(container, container_states_choose(states, container->id, container->owner));
	tell_engine(container);
	if (!may_have_record(container->engine))
		return 0;
	r = container_records_find("", container->id, &records, err);
	if (r < 0)
		return r;
	describe_from_record(container,
			     container_records_choose(&records, container->id, container->owner));
	return 0;
}

void container_set_engine(struct container *container, const struct cri *cri)
{
	const char *name = cri_runtime_name(cri), *version = cri_runtime_version(cri);

	if (!container->engine && strcmp(name, "containerd") == 0)
		container->engine = ENGINE_CONTAINERD;
	else if (!container->engine && strcmp(name, "cri-o") == 0)
		container->engine = ENGINE_CRIO;
	if (strcmp(name, container_engine_name(container->engine)) != 0)
		return;
	/* "v1.7.11-k3s2" */
	version += *version == 'v';
	free(container->engine_version);
	container->engine_version = strndup(version, strspn(version, "0123456789."));
}

/* Asks CRI for the first process, and for details that are missing in the files. */
static void ask_cri(struct container *container, struct cri *cri)
{
	_cleanup_cri_container_status_ struct cri_container_status status = {};
	const char *runtime;

	if (!cri || container->owner != OWNER_ROOT ||
	    cri_container_status(cri, container->id, &status, NULL) < 0)
		return;
	container_set_engine(container, cri);
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

static void tell_engine_version(struct container *container)
{
	if (!container->engine_version)
		engine_version(container->engine, &container->engine_version, NULL);
}

int container_check_visible(const char *id, const char *runtime, struct error *err)
{
	if (!runtime || runtime_is_visible(runtime))
		return 0;
	return error_set(err, ENOTSUP,
			 "container %s runs in a kernel of its own (%s): this host never sees its "
			 "system calls, so they cannot be recorded here",
			 id, runtime);
}

/* Finds the cgroup through the first process, or else takes the one that the search found. */
static int locate(const struct cgroup_mount *mount, struct container *container,
		  const struct container_states *states, struct container_candidate *candidate,
		  struct error *err)
{
	const struct container_state *known =
		container_states_choose(states, container->id, container->owner);
	const struct container_state state = {
		.id = container->id,
		.pid = container->pid,
		.started = known && known->pid == container->pid ? known->started : 0,
		.owner = container->owner,
	};
	_cleanup_close_ int process = -1;
	int r = -ESRCH;

	if (container_state_open_process(&state, &process, NULL) == 0) {
		tell_runtime_by_process(container, process);
		r = container_check_visible(container->id, container->runtime, err);
		if (r < 0)
			return r;
		r = cgroup_of_container(mount, container, process, &container->cgroup, err);
	}
	if (r == 0 || r == -ENOTSUP)
		return r;
	if (candidate->cgroup) {
		container->cgroup = steal_pointer(&candidate->cgroup);
		error_finish(err);
		return 0;
	}
	error_finish(err);
	return error_set(err, ENOENT, "container %s is not running", container->id);
}

static int check_engine(const struct container *container, enum container_engine wanted,
			struct error *err)
{
	if (!wanted || !container->engine || container->engine == wanted)
		return 0;
	return error_set(err, ENOENT, "container %s is one of %s, not of %s", container->id,
			 container_engine_name(container->engine), container_engine_name(wanted));
}

int container_resolve(const struct cgroup_mount *mount, struct cri *cri, const char *text,
		      struct container *ret_container, struct error *err)
{
	_cleanup_container_ struct container container = {};
	_cleanup_container_states_ struct container_states states = {};
	_cleanup_container_candidate_ struct container_candidate candidate = {};
	struct container_reference reference;
	int r = container_reference_parse(text, &reference, err);

	if (r == 0)
		r = container_search(mount, cri, &reference, &candidate, err);
	if (r < 0)
		return r;
	container.id = strdup(candidate.id);
	container.owner = candidate.owner;
	if (!container.id)
		return error_nomem(err);
	r = look_up(&container, &states, err);
	if (r < 0)
		return r;
	ask_cri(&container, cri);
	r = container_check_visible(container.id, container.runtime, err);
	if (r == 0)
		r = locate(mount, &container, &states, &candidate, err);
	if (r < 0)
		return r;
	tell_engine(&container);
	r = check_engine(&container, reference.engine, err);
	if (r < 0)
		return r;
	tell_engine_version(&container);
	*ret_container = container;
	container = (struct container){};
	return 0;
}

static uid_t owner_of(const char *cgroup)
{
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	uid_t owner;

	if (cgroup_mount_find(&mount, NULL) < 0 ||
	    owner_of_cgroup(&mount, cgroup, &owner, NULL) < 0)
		return OWNER_ANYBODY;
	return owner;
}

int container_describe(struct cri *cri, const char *id, const char *cgroup,
		       struct container *ret_container, struct error *err)
{
	_cleanup_container_ struct container container = {};
	_cleanup_container_states_ struct container_states states = {};
	int r;

	container.id = strdup(id);
	container.cgroup = strdup(cgroup);
	container.owner = owner_of(cgroup);
	if (!container.id || !container.cgroup)
		return error_nomem(err);
	if (container_id_is_valid(id)) {
		r = look_up(&container, &states, err);
		if (r < 0)
			return r;
	}
	if (!container.bundle_known)
		ask_cri(&container, cri);
	/* The caller passes cri only if its runtime has the container. */
	if (cri)
		container_set_engine(&container, cri);
	tell_engine(&container);
	tell_engine_version(&container);
	*ret_container = container;
	container = (struct container){};
	return 0;
}

bool container_has_name(const char *text, const char *id)
{
	_cleanup_container_records_ struct container_records records = {};
	const struct container_record *record;
	struct container_reference reference;

	if (container_reference_parse(text, &reference, NULL) < 0 ||
	    container_records_find("", id, &records, NULL) < 0)
		return false;
	record = container_records_choose(&records, id, OWNER_ROOT);
	return record && record->name && strcmp(record->name, reference.text) == 0 &&
	       (!reference.engine || record->engine == reference.engine);
}

bool container_is_meant(const char *text, const char *id, const char *cgroup)
{
	struct container_reference reference;
	struct cgroup_container found;

	if (container_reference_parse(text, &reference, NULL) < 0 ||
	    owner_of(cgroup) != OWNER_ROOT || !str_has_prefix(id, reference.text))
		return false;
	return !reference.engine || !cgroup_path_parse(cgroup, &found) || !found.engine ||
	       found.engine == reference.engine;
}

bool container_comes_back(const char *id)
{
	_cleanup_container_records_ struct container_records records = {};
	const struct container_record *record;

	if (container_records_find("", id, &records, NULL) < 0)
		return false;
	record = container_records_choose(&records, id, OWNER_ROOT);
	return record && record->restarts && record->active;
}
