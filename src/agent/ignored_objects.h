/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_IGNORED_OBJECTS_H
#define AGENT_IGNORED_OBJECTS_H

/*
 * Says in each SecurityProfilesOperatorDaemon that it is ignored. The kind is there so that the
 * operator's manifests can be applied as they are.
 */
#include "util/cleanup.h"

struct error;
struct ignored_objects;
struct kube_client;

/* trouble is called when the API server refused or did not answer. The caller destroys ret_objects. */
int ignored_objects_create(struct kube_client *client,
			   void (*trouble)(int result, const struct error *err, void *data),
			   void *data, struct ignored_objects **ret_objects, struct error *err);
void ignored_objects_destroy(struct ignored_objects *objects);
DEFINE_CLEANUP(struct ignored_objects *, ignored_objects_destroy);

#endif
