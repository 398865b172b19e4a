/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDED_PARTS_H
#define AGENT_RECORDED_PARTS_H

/*
 * Splits the evidence of a recording into the parts that get a profile each, and derives the
 * profiles: one of all containers, for pods as a whole, and one of each container name or, with
 * mergeStrategy None, of each container of each pod.
 */
#include "util/name_table.h"

struct error;
struct recording;
struct recording_plan;
struct recording_report;

/* What was reported of each part: a zeroed table knows nothing. */
struct part_digests {
	struct name_table table;
};

/*
 * Adds the parts to the report whose profiles, or gaps, are not those that were reported last.
 * Nothing is added of a recording without calls.
 */
int recorded_parts_make(const struct recording *recording, const struct recording_plan *plan,
			struct part_digests *known, struct recording_report *report,
			struct error *err);

void part_digests_finish(struct part_digests *known);

#endif
