/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_EVENT_H
#define KUBE_EVENT_H

/* Events, which "kubectl describe" and "kubectl get events" show with the object that they regard. */
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "kube/path.h"

struct error;

struct kube_event {
	/* The object that it regards. */
	const char *api_version; /* "v1" */
	const char *kind;
	const char *namespace; /* NULL for an object of the cluster */
	const char *name;
	const char *uid; /* NULL if it is not known */

	const char *instance; /* who reports, such as the node's name */
	const char *action;   /* what was done or tried: "Install" */
	const char *reason;   /* one word: "ProfileInstalled" */
	const char *note;     /* for people; its first 1,024 bytes count */
	bool warning;
	int64_t time; /* ns since the epoch */
};

extern const struct kube_resource kube_events;

/*
 * Returns the namespace in which an event about this object belongs: its own, or "default" for an
 * object of the cluster.
 */
const char *kube_event_namespace(const struct kube_event *event);

/*
 * Makes the event for kube_call_start(): KUBE_CREATE of kube_events. The caller owns ret_body.
 * -ENOMEM.
 */
int kube_event_build(const struct kube_event *event, json_t **ret_body, struct error *err);

#endif
