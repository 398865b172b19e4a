/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NODE_RECORDER_H
#define AGENT_NODE_RECORDER_H

/*
 * Records on this node what ProfileRecordings select. All of them share one recorder, which is
 * attached while there is any, and pinned: while no agent is there, calls go on being counted.
 *
 * It has a thread of its own, because it asks the runtime and reads files. What it has found comes
 * back as reports:
 *
 *	main loop   record, end, settle ─▶ jobs              reports ─▶ handlers
 *	thread      recorder ─▶ node_sessions ─▶ evidence ─▶ recorded_parts
 */
#include <stdbool.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct loop;
struct node_recorder;
struct recording_plan;
struct recording_report;

struct node_recorder_options {
	const char *host_root; /* NULL: found by itself */
	const char *pin_dir;
	const char *evidence_dir;
	int64_t evidence_age;	      /* ns: older evidence of what is over is removed */
	uint64_t evidence_bytes;      /* so is the oldest, if all evidence is larger */
	const char *runtime_endpoint; /* NULL: the usual ones */
	size_t containers_max;	      /* of a recording at once; 0: any number */
	const char *cgroup_root;      /* NULL: all pods of the machine */
};

/* Called from the loop only. */
struct node_recorder_handlers {
	/* What is new of a recording; the handler owns the report. */
	void (*reported)(struct recording_report *report, void *data);
	/* Something failed, and will be tried again. */
	void (*trouble)(int result, const struct error *err, void *data);
};

/*
 * Starts the thread, which goes on with what an earlier agent recorded. What options and handlers
 * point to must outlive ret_recorder, which the caller destroys.
 */
int node_recorder_create(struct loop *loop, const struct node_recorder_options *options,
			 const struct node_recorder_handlers *handlers, void *data,
			 struct node_recorder **ret_recorder, struct error *err);

/*
 * Saves all evidence, and lets go of the recorder, which goes on counting for an agent that comes
 * soon. Waits for that, with a limit; false if something hangs and must not be freed. Accepts NULL.
 */
bool node_recorder_destroy(struct node_recorder *recorder);

/*
 * Records as a plan says, or no longer does if it says so. Takes the plan over by zeroing it.
 * object is the ProfileRecording as JSON, copied.
 */
int node_recorder_record(struct node_recorder *recorder, struct recording_plan *plan,
			 const char *object, struct error *err);

/* Ends a recording whose object is gone. Its last report comes. */
int node_recorder_end(struct node_recorder *recorder, const char *uid, struct error *err);

/* All that the last report had is in the cluster: another agent need not report it again. */
int node_recorder_forget(struct node_recorder *recorder, const char *uid, struct error *err);

/*
 * All recordings of the cluster are known by now: what an earlier agent recorded for others ends.
 * Until then, or for half a minute, nothing is let go of that a recording may turn out to select.
 */
int node_recorder_settle(struct node_recorder *recorder, struct error *err);

#endif
