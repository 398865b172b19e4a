// SPDX-License-Identifier: Apache-2.0
#include "selection/subjects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "container/container.h"
#include "recording/recording.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"

/* Moves a subject into the list. */
static int add(struct subjects *subjects, struct subject **subject, struct subject **ret_subject,
	       struct error *err)
{
	struct subject **grown =
		array_grow(subjects->items, subjects->length, sizeof(*subjects->items));

	if (!grown)
		return error_nomem(err);
	subjects->items = grown;
	*ret_subject = *subject;
	subjects->items[subjects->length++] = steal_pointer(subject);
	return 0;
}

int subjects_add_plain(struct subjects *subjects, const char *name, const char *attribution,
		       struct subject **ret_subject, struct error *err)
{
	_cleanup_subject_ struct subject *subject = subject_create();

	if (!subject)
		return error_nomem(err);
	subject->observation.container_name = strdup(name);
	subject->observation.attribution = strdup(attribution);
	if (!subject->observation.container_name || !subject->observation.attribution)
		return error_nomem(err);
	return add(subjects, &subject, ret_subject, err);
}

int subjects_add_container(struct subjects *subjects, enum verdict verdict, const char *id,
			   const char *cgroup, const char *pod_uid, struct subject **ret_subject,
			   struct error *err)
{
	_cleanup_subject_ struct subject *subject = subject_create();
	struct observation *observation;

	if (!subject)
		return error_nomem(err);
	subject->verdict = verdict;
	subject->is_container = true;
	subject->cgroup = strdup(cgroup);
	observation = &subject->observation;
	observation->container_id = strdup(id);
	observation->pod_uid = *pod_uid ? strdup(pod_uid) : NULL;
	if (asprintf(&observation->attribution, "cgroup %s", cgroup) < 0)
		observation->attribution = NULL;
	if (!subject->cgroup || !observation->container_id || !observation->attribution ||
	    (*pod_uid && !observation->pod_uid))
		return error_nomem(err);
	return add(subjects, &subject, ret_subject, err);
}

static int collect(struct subject *subject, struct recording *recording, struct error *err)
{
	int r = subject_conclude(subject, err);

	if (r < 0)
		return r;
	if (recording->observation_count < SUBJECTS_APART)
		return recording_add(recording, &subject->observation, err);
	return recording_fold(recording, &subject->observation, err);
}

int subjects_collect(struct subjects *subjects, bool also_live, struct recording *recording,
		     struct error *err)
{
	size_t i, kept = 0;
	int r = 0;

	for (i = 0; i < subjects->length; i++) {
		struct subject *subject = subjects->items[i];
		bool ended = subject->born && !subject->live;

		if (r < 0 || !(also_live || (ended && subject->verdict != VERDICT_OPEN))) {
			subjects->items[kept++] = subject;
			continue;
		}
		if (subject->verdict == VERDICT_WANTED)
			r = collect(subject, recording, err);
		subject_destroy(subject);
	}
	subjects->length = kept;
	return r;
}

/* How soon a bundle that could not be read is looked for again: a short container has one look. */
#define LOOK_INTERVAL_NS 20000000LL

static int describe(struct subject *subject, int64_t now, struct error *err)
{
	_cleanup_container_ struct container container = {};
	int r = container_describe(NULL, subject->observation.container_id, subject->cgroup,
				   &container, err);

	subject->next_look = now + LOOK_INTERVAL_NS;
	return r < 0 ? r : subject_describe(subject, &container, err);
}

int subjects_describe(struct subjects *subjects, struct error *err)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	size_t i;
	int r;

	for (i = 0; i < subjects->length; i++) {
		struct subject *subject = subjects->items[i];

		if (!subject->is_container || subject->described || !subject->live ||
		    subject->verdict != VERDICT_WANTED || now < subject->next_look)
			continue;
		r = describe(subject, now, err);
		if (r < 0)
			return r;
	}
	return 0;
}

void subjects_finish(struct subjects *subjects)
{
	size_t i;

	for (i = 0; i < subjects->length; i++)
		subject_destroy(subjects->items[i]);
	free(subjects->items);
	*subjects = (struct subjects){};
}
