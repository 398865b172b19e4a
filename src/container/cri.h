/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CRI_H
#define CONTAINER_CRI_H

/*
 * A client of the Kubernetes container runtime interface (runtime.v1), which containerd, CRI-O
 * and cri-dockerd speak on a Unix socket. All calls share one connection, which is made again
 * when it is lost. Every call blocks for CRI_TIMEOUT_MS at most. Strings are owned by their
 * structure and never NULL, "" when unknown.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/cleanup.h"
#include "util/label.h"

struct cri;
struct error;
struct http2_client;
struct loop;

#define CRI_TIMEOUT_MS 2000

/* In the order and with the numbers of runtime.v1. */
enum cri_sandbox_state {
	CRI_SANDBOX_READY,
	CRI_SANDBOX_NOT_READY,
};

enum cri_container_state {
	CRI_CONTAINER_CREATED,
	CRI_CONTAINER_RUNNING,
	CRI_CONTAINER_EXITED,
	CRI_CONTAINER_UNKNOWN,
};

/* A pod. */
struct cri_sandbox {
	char *id;
	char *name;
	char *namespace;
	char *uid;
	char *runtime_handler; /* "" is the runtime's default */
	enum cri_sandbox_state state;
	int64_t created_at; /* nanoseconds since the epoch */
	struct label *labels;
	size_t label_count;
};

struct cri_container {
	char *id;
	char *sandbox_id;
	char *name;
	char *image;	 /* as the user wrote it, or the digest when that is unknown */
	char *image_ref; /* with digest, such as "docker.io/library/nginx@sha256:…" or "sha256:…" */
	enum cri_container_state state;
	int64_t created_at;
	struct label *labels;
	size_t label_count;
};

/* The answer of ContainerStatus. Much of it comes from the runtime's verbose information. */
struct cri_container_status {
	struct cri_container container;
	int64_t started_at;
	int64_t finished_at;	 /* 0 while it runs */
	pid_t pid;		 /* of the container's first process, 0 when unknown or ended */
	char *runtime_type;	 /* such as "io.containerd.runc.v2" */
	char *runtime_binary;	 /* called by the shim, if configured */
	char *bundle;		 /* OCI configuration as JSON, if the runtime reports it */
	char *localhost_profile; /* path of the seccomp profile that the runtime has to load */
};

/*
 * Connects to endpoint ("unix:///path" or a path), or, if it is NULL, to the first of the usual
 * sockets that answers. The caller destroys ret_cri. -EINVAL for a malformed endpoint, -ENOENT
 * if there is no socket, -EACCES without the right to use it, -EPROTO if the server does not
 * speak CRI, -ETIMEDOUT, and the errors of net/http2.h.
 */
int cri_connect(const char *endpoint, struct cri **ret_cri, struct error *err);

void cri_destroy(struct cri *cri);
DEFINE_CLEANUP(struct cri *, cri_destroy);
#define _cleanup_cri_ _cleanup_(cleanup_cri_destroy)

/* Borrowed from cri. */
const char *cri_endpoint(const struct cri *cri);
const char *cri_runtime_name(const struct cri *cri);	/* "containerd", "cri-o" */
const char *cri_runtime_version(const struct cri *cri); /* "1.6.20" */

/*
 * The loop that runs during a call, and the client in it, for streams beside the calls
 * (cri_events.h). Only one thread at a time may use cri, its loop and its client.
 */
struct loop *cri_loop(const struct cri *cri);
struct http2_client *cri_client(const struct cri *cri);

/* All sandboxes of the node, ready or not. The caller frees them with cri_sandboxes_free(). */
int cri_list_sandboxes(struct cri *cri, struct cri_sandbox **ret_sandboxes, size_t *ret_count,
		       struct error *err);

/*
 * All containers in all states, or those of one sandbox when sandbox_id is not NULL. The
 * caller frees them with cri_containers_free().
 */
int cri_list_containers(struct cri *cri, const char *sandbox_id,
			struct cri_container **ret_containers, size_t *ret_count,
			struct error *err);

/*
 * The plain names of the OCI runtimes that the engine is configured for (runtime_name_of()), such as
 * "runc", as a string set for the caller. None if the engine does not tell: containerd does.
 */
int cri_list_runtimes(struct cri *cri, char ***ret_names, size_t *ret_count, struct error *err);

/* One container by its whole id; -ENOENT when the runtime does not know it. */
int cri_container_status(struct cri *cri, const char *id, struct cri_container_status *ret_status,
			 struct error *err);

void cri_sandboxes_free(struct cri_sandbox *sandboxes, size_t count);
void cri_containers_free(struct cri_container *containers, size_t count);
void cri_container_status_finish(struct cri_container_status *status);
#define _cleanup_cri_container_status_ _cleanup_(cri_container_status_finish)

#endif
