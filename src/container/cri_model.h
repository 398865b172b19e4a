/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CRI_MODEL_H
#define CONTAINER_CRI_MODEL_H

/*
 * Converts wire messages to the structures of container/cri.h. Separate from the calls, so that
 * tests and fuzzers need no runtime.
 */
#include "container/cri.h"
#include "container/cri.pb-c.h"

int cri_sandboxes_from_message(const Cri__ListPodSandboxResponse *message,
			       struct cri_sandbox **ret_sandboxes, size_t *ret_count,
			       struct error *err);

int cri_containers_from_message(const Cri__ListContainersResponse *message,
				struct cri_container **ret_containers, size_t *ret_count,
				struct error *err);

/* The names are a string set for the caller. */
int cri_runtimes_from_message(const Cri__StatusResponse *message, char ***ret_names,
			      size_t *ret_count, struct error *err);

/* -EPROTO when the message has no status. */
int cri_status_from_message(const Cri__ContainerStatusResponse *message,
			    struct cri_container_status *ret_status, struct error *err);

#endif
