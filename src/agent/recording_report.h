/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_REPORT_H
#define AGENT_RECORDING_REPORT_H

/*
 * What a node has recorded for one ProfileRecording: made by the thread that records
 * (node_recorder.h), and owned by whoever got it.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"
#include "util/notes.h"

struct error;
struct profile;

/* The profile of one part of the evidence, and whose evidence that is. */
struct recorded_part {
	char *container; /* NULL: all containers of the pods */
	char *pod_name;	 /* with a profile for each pod; NULL otherwise */
	char *pod_uid;	 /* the same; of the pod's first container that was recorded */
	struct profile *profile;
	char *gap; /* why the evidence may lack calls; NULL: it is complete */
};

struct recording_report {
	char *namespace, *name, *uid;
	bool disabled;		     /* profiles are made with state Disabled */
	struct recorded_part *parts; /* those that changed since the last report */
	size_t part_count;
	char **pods; /* that are being recorded; a string set */
	size_t pod_count;
	struct notes news; /* calls that nothing on this node had made before, with who and when */
	struct notes gaps; /* why the recording may lack calls, as far as not reported before */
	char *idle;	   /* why the workload seems to have been idle; NULL */
	char *failure;	   /* why this node does not record; NULL: it does */
	bool final;	   /* nothing more comes */
};

/* NULL without memory. */
struct recording_report *recording_report_create(const char *namespace, const char *name,
						 const char *uid);
void recording_report_destroy(struct recording_report *report);
DEFINE_CLEANUP(struct recording_report *, recording_report_destroy);
#define _cleanup_recording_report_ _cleanup_(cleanup_recording_report_destroy)

/* Adds an empty part, which is borrowed until the next one is added. NULL without memory. */
struct recorded_part *recording_report_add_part(struct recording_report *report);

/* Moves a later report of the same recording into an earlier one that nobody has dealt with yet. */
int recording_report_merge(struct recording_report *into, struct recording_report *later,
			   struct error *err);

void recorded_part_finish(struct recorded_part *part);

#endif
