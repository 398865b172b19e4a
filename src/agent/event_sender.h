/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_EVENT_SENDER_H
#define AGENT_EVENT_SENDER_H

/*
 * Sends events, some at a time, and again if the API server refuses or does not answer. Beyond a few
 * hundred that wait, further ones are dropped: what they say is in the evidence too.
 */
#include "util/cleanup.h"

struct error;
struct event_sender;
struct kube_client;
struct kube_event;
struct loop;

/* The caller destroys ret_sender before the client. trouble must be callable until then. */
int event_sender_create(struct loop *loop, struct kube_client *client,
			void (*trouble)(int result, const struct error *err, void *data),
			void *data, struct event_sender **ret_sender, struct error *err);
void event_sender_destroy(struct event_sender *sender);
DEFINE_CLEANUP(struct event_sender *, event_sender_destroy);

/* Copies the event. */
int event_sender_send(struct event_sender *sender, const struct kube_event *event,
		      struct error *err);

#endif
