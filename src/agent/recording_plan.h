/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_PLAN_H
#define AGENT_RECORDING_PLAN_H

/*
 * Decides what a node does about one ProfileRecording. A pure function of the object and what
 * surrounds it. The API server has validated the object, but it may be older than the rules.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "profile/derive/derive_profile.h"

struct error;

/* What surrounds a recording. Times are nanoseconds, and those of a clock since the epoch. */
struct recording_world {
	int64_t now;
	bool namespace_permitted;
	size_t rank; /* among the recordings of its namespace, by creation time, then name; from 0 */
	size_t per_namespace_max; /* 0: no limit */
	int64_t duration_max;	  /* 0: no limit */
};

struct recording_plan {
	/* Of the object; "" for what it does not have. */
	char *namespace;
	char *name;
	char *uid;
	int64_t generation;

	/* What is recorded, and how. Set unless the reason is "KindNotSupported" or "InvalidSpec". */
	char *selector;	   /* for selector_parse(); "" selects all; else NULL */
	char **containers; /* sorted, each once; NULL: all */
	size_t container_count;
	bool apart;    /* mergeStrategy None: profiles of each pod */
	bool disabled; /* the profiles are made with state Disabled */
	bool logs;     /* recorder: Logs was asked for, and BPF records */
	enum arguments_mode arguments;
	int64_t ends; /* when its time is over; 0: it ends when it is deleted */
	bool ended;   /* its time is over, whether it recorded or not: what was recorded is final */

	bool records; /* now */
	/*
	 * One word, of the condition Ready: "Recording", or else "Paused", "Ended",
	 * "KindNotSupported", "InvalidSpec", "NamespaceNotPermitted" or "TooManyRecordings".
	 */
	const char *reason;
	char *message; /* for people: what is recorded, or why not and what to do; never NULL */
};

/*
 * An object in deletion records on until it is gone. A mistake in the object is a plan with a
 * reason; -ENOMEM is the only error. The caller finishes ret_plan.
 */
int recording_plan_make(const json_t *object, const struct recording_world *world,
			struct recording_plan *ret_plan, struct error *err);

void recording_plan_finish(struct recording_plan *plan);
#define _cleanup_recording_plan_ __attribute__((cleanup(recording_plan_finish)))

#endif
