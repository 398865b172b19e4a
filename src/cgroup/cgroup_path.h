/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CGROUP_CGROUP_PATH_H
#define CGROUP_CGROUP_PATH_H

/* Finds the container of a cgroup from the cgroup's path alone, without I/O. */
#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_ID_SIZE 80 /* containerd allows 76 characters; CRI, Docker, Podman use 64 */
#define POD_UID_SIZE 64	     /* 36 for a UUID, 32 for a static pod's hash */

/* The program that made the cgroup, as far as the name shows it. */
enum container_engine {
	ENGINE_UNKNOWN, /* the cgroupfs driver's bare id does not name the engine */
	ENGINE_CONTAINERD,
	ENGINE_CRIO,
	ENGINE_DOCKER,
	ENGINE_PODMAN,
	ENGINE_RUNC, /* the OCI runtime, called by hand */
	ENGINE_CRUN,
};

const char *container_engine_name(enum container_engine engine); /* "containerd", "unknown", … */

enum pod_qos {
	POD_QOS_UNKNOWN, /* not a container of a pod */
	POD_QOS_GUARANTEED,
	POD_QOS_BURSTABLE,
	POD_QOS_BEST_EFFORT,
};

/* True if text can be a container's id or the beginning of one. "" can. */
bool container_id_is_valid(const char *text);

/* True if text is a complete id of CRI, Docker or Podman: 64 hexadecimal digits. */
bool container_id_is_whole(const char *text);

/* True if text has only characters that ids and names may have. Its length does not matter. */
bool container_name_is_valid(const char *text);

struct cgroup_container {
	enum container_engine engine;
	char id[CONTAINER_ID_SIZE];
	char pod_uid[POD_UID_SIZE]; /* with dashes; "" if the container is in no pod */
	enum pod_qos qos;
	size_t length; /* of the path up to and including the container's component */
};

/*
 * Finds the container of a path such as "/kubepods/besteffort/pod<uid>/<id>/init". The
 * outermost container wins: nested cgroups and containers inside the container belong to it.
 * Returns false and leaves ret_container untouched if the path names no container, as conmon's
 * own cgroups. The sandbox of a pod looks like one of its containers: only the runtime can tell
 * them apart.
 */
bool cgroup_path_parse(const char *path, struct cgroup_container *ret_container);

#endif
