// SPDX-License-Identifier: Apache-2.0
#include "agent/recording_report.h"

#include <stdlib.h>
#include <string.h>

#include "profile/model/profile.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

/* A report that waits long keeps so many sentences of a kind. */
#define NOTES_MAX 100

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

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ?: "", b ?: "") == 0;
}

/* A later profile of a part allows all that an earlier one did. */
static int merge_part(struct recording_report *into, struct recorded_part *later, struct error *err)
{
	struct recorded_part *part = NULL;
	size_t i;

	for (i = 0; i < into->part_count && !part; i++)
		if (same_text(into->parts[i].container, later->container) &&
		    same_text(into->parts[i].pod_name, later->pod_name))
			part = &into->parts[i];
	if (!part)
		part = recording_report_add_part(into);
	if (!part)
		return error_nomem(err);
	recorded_part_finish(part);
	*part = *later;
	*later = (struct recorded_part){};
	return 0;
}

/* Keeps the first sentences, up to a number. */
static int merge_notes(struct notes *into, const struct notes *later, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < later->count && into->count < NOTES_MAX && r == 0; i++)
		r = notes_add(into, err, "%s", later->items[i]);
	return r;
}

static void replace(char **text, char **later)
{
	free(*text);
	*text = steal_pointer(later);
}

int recording_report_merge(struct recording_report *into, struct recording_report *later,
			   struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < later->part_count && r == 0; i++)
		r = merge_part(into, &later->parts[i], err);
	if (r == 0)
		r = merge_notes(&into->news, &later->news, err);
	if (r == 0)
		r = merge_notes(&into->gaps, &later->gaps, err);
	if (r < 0)
		return r;
	string_set_free(into->pods, into->pod_count);
	into->pods = steal_pointer(&later->pods);
	into->pod_count = later->pod_count;
	later->pod_count = 0;
	replace(&into->failure, &later->failure);
	if (later->idle)
		replace(&into->idle, &later->idle);
	into->disabled = later->disabled;
	into->final = into->final || later->final;
	return 0;
}
