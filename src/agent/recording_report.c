// SPDX-License-Identifier: Apache-2.0
#include "agent/recording_report.h"

#include <stdlib.h>
#include <string.h>

#include "profile/model/profile.h"
#include "util/array.h"
#include "util/string_set.h"

struct recording_report *recording_report_create(const char *namespace, const char *name,
						 const char *uid)
{
	_cleanup_recording_report_ struct recording_report *report = calloc(1, sizeof(*report));

	if (!report)
		return NULL;
	report->namespace = strdup(namespace);
	report->name = strdup(name);
	report->uid = strdup(uid);
	return report->namespace && report->name && report->uid ? steal_pointer(&report) : NULL;
}

void recorded_part_finish(struct recorded_part *part)
{
	free(part->container);
	free(part->pod_name);
	free(part->pod_uid);
	profile_destroy(part->profile);
	free(part->gap);
	*part = (struct recorded_part){};
}

void recording_report_destroy(struct recording_report *report)
{
	size_t i;

	if (!report)
		return;
	for (i = 0; i < report->part_count; i++)
		recorded_part_finish(&report->parts[i]);
	free(report->parts);
	string_set_free(report->pods, report->pod_count);
	notes_finish(&report->news);
	notes_finish(&report->gaps);
	free(report->idle);
	free(report->failure);
	free(report->namespace);
	free(report->name);
	free(report->uid);
	free(report);
}

struct recorded_part *recording_report_add_part(struct recording_report *report)
{
	struct recorded_part *parts = array_grow(report->parts, report->part_count, sizeof(*parts));

	if (!parts)
		return NULL;
	report->parts = parts;
	parts[report->part_count] = (struct recorded_part){};
	return &parts[report->part_count++];
}
