/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_CGROUP_PATH_H
#define CGROUP_CGROUP_PATH_H

/*
 * Which container a cgroup belongs to, told from the cgroup's path alone: no I/O.
 */
#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_ID_SIZE 80 /* containerd allows 76 characters; CRI, Docker, Podman use 64 */
#define POD_UID_SIZE 64	     /* 36 for a UUID, 32 for a static pod's hash */

/* Who made the cgroup, as far as its name tells. */
enum container_engine {
	ENGINE_UNKNOWN, /* the cgroupfs driver's bare id names nobody */
	ENGINE_CONTAINERD,
	ENGINE_CRIO,
	ENGINE_DOCKER,
	ENGINE_PODMAN,
	ENGINE_RUNC, /* the OCI runtime, called by hand */
	ENGINE_CRUN,
};

const char *container_engine_name(enum container_engine engine); /* "containerd", "unknown", … */

enum pod_qos {
	POD_QOS_UNKNOWN, /* not a pod's container */
	POD_QOS_GUARANTEED,
	POD_QOS_BURSTABLE,
	POD_QOS_BEST_EFFORT,
};

/* Whether text can be (the beginning of) a container's id: "" is. */
bool container_id_is_valid(const char *text);

/* Whether text is all of an id as CRI, Docker and Podman make them: 64 hexadecimal digits. */
bool container_id_is_whole(const char *text);

/* Whether text has only the characters of an id, which names have too; of any length. */
bool container_name_is_valid(const char *text);

struct cgroup_container {
	enum container_engine engine;
	char id[CONTAINER_ID_SIZE];
	char pod_uid[POD_UID_SIZE]; /* with dashes, "" when the container is in no pod */
	enum pod_qos qos;
	size_t length; /* of the path up to and including the container's component */
};

/*
 * Finds the container of a path such as "/kubepods/besteffort/pod<uid>/<id>/init". The
 * outermost container wins: a nested cgroup, or a container inside the container, belongs to
 * it. False when the path names no container (conmon's own cgroups do not); ret_container is
 * then untouched. A pod's sandbox looks like its containers: only the runtime knows which.
 */
bool cgroup_path_parse(const char *path, struct cgroup_container *ret_container);

#endif
