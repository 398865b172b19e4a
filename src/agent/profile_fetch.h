/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PROFILE_FETCH_H
#define AGENT_PROFILE_FETCH_H

/* Gets a SeccompProfile and the chain of its bases from the API server. */
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "agent/profile_plan.h"

struct error;
struct kube_client;

/* The objects of profile_plan_make(). */
struct profile_chain {
	json_t *objects[PROFILE_CHAIN_MAX];
	size_t count; /* 0: the profile does not exist */
	/* Name of the object that does not exist, cannot exist, or is one too many; NULL: none. */
	char *missing;
};

/* Called once from the loop. chain is borrowed. */
typedef void profile_fetch_done(int result, const struct error *err,
				const struct profile_chain *chain, void *data);

struct profile_fetch;

/* ret_fetch is valid until done was called. */
int profile_fetch_start(struct kube_client *client, const char *name, profile_fetch_done *done,
			void *data, struct profile_fetch **ret_fetch, struct error *err);

/* True if the object is among those that have been got, or have been asked for. */
bool profile_fetch_has(const struct profile_fetch *fetch, const char *name);

/* done is not called. */
void profile_fetch_cancel(struct profile_fetch *fetch);

#endif
