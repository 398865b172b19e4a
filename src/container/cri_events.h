/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CRI_EVENTS_H
#define CONTAINER_CRI_EVENTS_H

/*
 * The stream of container events of a runtime (GetContainerEvents). An event only says that
 * something has changed: whoever hears it asks the runtime, because events can be lost, and
 * their order with answers is not known.
 */
#include <stdbool.h>

#include "util/cleanup.h"

struct cri;
struct cri_events;
struct error;

/*
 * Called in the loop of cri: with true for each event, and with false when the stream has ended.
 * While no event has come since, the stream may be one that never has any.
 */
typedef void cri_events_handler(bool event, void *data);

/*
 * Opens the stream on the connection of cri, and opens it again, with growing pauses, when it
 * has ended. The caller destroys ret_events before cri, in the thread that runs the loop of cri.
 *
 * -ENOTSUP for a runtime that has no such stream, or that gives each event to one listener only,
 * and so would keep it from the kubelet: containerd before 2.0 (containerd/containerd#9661) and
 * CRI-O before 1.28 (cri-o/cri-o#6838).
 */
int cri_events_listen(struct cri *cri, cri_events_handler *handler, void *data,
		      struct cri_events **ret_events, struct error *err);

void cri_events_destroy(struct cri_events *events);
DEFINE_CLEANUP(struct cri_events *, cri_events_destroy);
#define _cleanup_cri_events_ _cleanup_(cleanup_cri_events_destroy)

#endif
