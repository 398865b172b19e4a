/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONDITIONS_H
#define AGENT_CONDITIONS_H

/*
 * Conditions of objects, and a status with the condition Ready, as profiles and their statuses on nodes
 * have it.
 */
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "agent/profile_plan.h"

struct error;

/* Returns the condition of this type in a status, borrowed; NULL if there is none. */
const json_t *condition_find(const json_t *status, const char *type);

/*
 * Makes a condition, which is "True" if it holds. since is when it began to hold, or not to; NULL: now.
 * The caller owns it. NULL without memory.
 */
json_t *condition_make(const char *type, bool holds, const char *reason, const char *message,
		       int64_t generation, const char *since);

struct condition_state {
	enum profile_state state;
	int64_t generation;
	char *reason; /* NULL: there is no condition */
	char *message;
	char *since; /* when Ready became true, or false; NULL if it is not known */
};

void condition_state_finish(struct condition_state *state);

/* Copies the texts, of a message only as much as the API accepts. */
int condition_state_set(struct condition_state *state, enum profile_state value, int64_t generation,
			const char *reason, const char *message, struct error *err);

/* Reads status.status and the condition of an object. A part that is missing is not equal to any. */
int condition_state_read(struct condition_state *state, const json_t *object, struct error *err);

/* True if they say the same. Their times do not matter. */
bool condition_state_equal(const struct condition_state *a, const struct condition_state *b);

/*
 * Makes the body that applies the status of an object: members, of which it takes possession, and the
 * condition for what is wanted. The time of the condition is now, unless before says that Ready was
 * the same already. namespace is NULL for an object of the cluster. The caller owns the body. NULL
 * without memory.
 */
json_t *condition_status_body(const char *kind, const char *namespace, const char *name,
			      json_t *members, const struct condition_state *wanted,
			      const struct condition_state *before);

#endif
