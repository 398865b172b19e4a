// SPDX-License-Identifier: Apache-2.0
#include "agent/idle.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "recording/recording.h"
#include "util/array.h"
#include "util/error.h"
#include "util/text_stream.h"

#define NSEC_PER_SEC 1000000000LL

/* A shorter time proves nothing: a job may have done its work. */
#define RAN_MIN (60 * NSEC_PER_SEC)

/* How long programs start: what a server does in this time, it does before its first request. */
#define STARTING (10 * NSEC_PER_SEC)

/* How many containers a message names. */
#define SHOWN 5

/* All workloads of one container name. */
struct kind {
	const char *name; /* borrowed */
	int64_t began;	  /* the first of them; 0: not known */
	struct call_set calls;
};

struct kinds {
	struct kind *items;
	size_t length;
};

static void kinds_finish(struct kinds *kinds)
{
	size_t i;

	for (i = 0; i < kinds->length; i++)
		call_set_finish(&kinds->items[i].calls);
	free(kinds->items);
}

static struct kind *get_kind(struct kinds *kinds, const char *name)
{
	struct kind *grown;
	size_t i;

	for (i = 0; i < kinds->length; i++)
		if (strcmp(kinds->items[i].name, name) == 0)
			return &kinds->items[i];
	grown = array_grow(kinds->items, kinds->length, sizeof(*grown));
	if (!grown)
		return NULL;
	kinds->items = grown;
	grown[kinds->length] = (struct kind){ .name = name };
	return &grown[kinds->length++];
}

/* Of a call that several workloads made, the earliest time is kept. */
static int add(struct kinds *kinds, const struct observation *observation, struct error *err)
{
	struct kind *kind = get_kind(kinds, observation->container_name ?: "");
	int r;

	if (!kind)
		return error_nomem(err);
	if (observation->start && (!kind->began || observation->start < kind->began))
		kind->began = observation->start;
	r = call_set_merge(&kind->calls, &observation->calls, err);
	return r < 0 ? r : call_set_merge(&kind->calls, &observation->denied, err);
}

static bool is_active(const struct kind *kind)
{
	size_t i;

	for (i = 0; kind->began && i < kind->calls.length; i++) {
		const struct call *call = &kind->calls.items[i];

		if (call->origin == ORIGIN_OBSERVED && call->first_seen > kind->began &&
		    call->first_seen - kind->began > STARTING)
			return true;
	}
	return false;
}

/* How long a workload ran. */
static int64_t time_of(const struct observation *observation, int64_t now)
{
	int64_t end = observation->end ?: now;

	return observation->start && end > observation->start ? end - observation->start : 0;
}

static int describe(const struct kinds *kinds, int64_t ran, char **ret_message, struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	size_t i;

	if (!out)
		return error_nomem(err);
	fprintf(out, "in %lld s altogether, ", (long long)(ran / NSEC_PER_SEC));
	for (i = 0; i < kinds->length && i < SHOWN; i++)
		fprintf(out, "%s%s", i ? ", " : "", kinds->items[i].name);
	if (i < kinds->length)
		fprintf(out, " and %zu more", kinds->length - i);
	fprintf(out,
		" made no new system call after the first %lld s: the profile of an idle pod is "
		"too narrow, so let it do its work while it is recorded",
		STARTING / NSEC_PER_SEC);
	return text_stream_take(&stream, ret_message, err);
}

int idle_check(const struct recording *recording, int64_t now, char **ret_message,
	       struct error *err)
{
	_cleanup_(kinds_finish) struct kinds kinds = {};
	char *message = NULL;
	int64_t ran = 0;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < recording->observation_count; i++) {
		r = add(&kinds, &recording->observations[i], err);
		if (__builtin_add_overflow(ran, time_of(&recording->observations[i], now), &ran))
			ran = INT64_MAX;
	}
	for (i = 0; r == 0 && i < kinds.length && !is_active(&kinds.items[i]); i++)
		;
	if (r == 0 && ran >= RAN_MIN && i == kinds.length)
		r = describe(&kinds, ran, &message, err);
	if (r == 0)
		*ret_message = message;
	return r;
}
