// SPDX-License-Identifier: Apache-2.0
#include "recording/recording.h"

#include <stdlib.h>
#include <string.h>

#include "recording/applied_profile.h"
#include "recording/observation_merge.h"
#include "recording/recording_union.h"
#include "util/array.h"
#include "util/error.h"

void recording_finish(struct recording *recording)
{
	size_t i;

	for (i = 0; i < recording->observation_count; i++)
		observation_finish(&recording->observations[i]);
	free(recording->observations);
	free(recording->name);
	*recording = (struct recording){};
}

bool recording_complete(const struct recording *recording)
{
	size_t i;

	for (i = 0; i < recording->observation_count; i++)
		if (!observation_complete(&recording->observations[i]))
			return false;
	return true;
}

/* Inserts the observation in sorted order. The source is empty afterwards. */
static int recording_insert(struct recording *recording, struct observation *observation,
			    struct error *err)
{
	size_t low = 0, high = recording->observation_count;
	struct observation *observations;

	observations = array_grow(recording->observations, high, sizeof(*observations));
	if (!observations)
		return error_nomem(err);
	recording->observations = observations;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (observation_compare(&observations[middle], observation) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0)
		applied_profile_share(&observation->applied_profile,
				      observations[low - 1].applied_profile);
	memmove(observations + low + 1, observations + low,
		(recording->observation_count - low) * sizeof(*observations));
	observations[low] = *observation;
	recording->observation_count++;
	*observation = (struct observation){};
	return 0;
}

int recording_add(struct recording *recording, struct observation *observation, struct error *err)
{
	struct observation *there = recording->observations;
	struct observation *end = there + recording->observation_count;
	struct observation merged;
	int r;

	while (there < end && observation_compare_lifetimes(there, observation) != 0)
		there++;
	if (there == end)
		return recording_insert(recording, observation, err);

	r = observation_merge(there, observation, err);
	if (r < 0)
		return r;
	observation_finish(observation);
	/* The merge may have added a name, and so changed the place in the order. */
	merged = *there;
	memmove(there, there + 1, (end - there - 1) * sizeof(*there));
	recording->observation_count--;
	r = recording_insert(recording, &merged, err);
	observation_finish(&merged);
	return r;
}

int recording_fold(struct recording *recording, struct observation *observation, struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < recording->observation_count; i++) {
		if (!observation_same_kind(&recording->observations[i], observation))
			continue;
		r = observation_fold(&recording->observations[i], observation, err);
		if (r == 0)
			observation_finish(observation);
		return r;
	}
	return recording_add(recording, observation, err);
}

int recording_merge(struct recording *recording, struct recording *other, struct error *err)
{
	_cleanup_recording_union_ struct recording_union all = {};
	int r;

	if ((r = recording_union_add_all(&all, recording, err)) < 0 ||
	    (r = recording_union_add_all(&all, other, err)) < 0)
		return r;
	return recording_union_take(&all, recording, err);
}
