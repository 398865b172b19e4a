// SPDX-License-Identifier: Apache-2.0
#include "session/completion.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "recording/derive.h"
#include "recording/recording.h"
#include "record/recorder.h"
#include "selection/workload.h"
#include "util/error.h"
#include "util/notes.h"

/*
 * Resolves --runtime-calls for one observation. ret_choice->name is NULL if no calls are added;
 * it may point into the buffer name.
 */
static void choose_runtime(const struct completion_options *options,
			   const struct observation *observation, char name[32],
			   struct runtime_choice *ret_choice)
{
	const char *at = strchr(options->runtime, '@');

	*ret_choice = (struct runtime_choice){
		.no_new_privs = options->no_new_privs == TRISTATE_UNKNOWN ?
					observation->no_new_privs :
					options->no_new_privs,
	};
	if (strcmp(options->runtime, "auto") == 0) {
		if (observation->container_id)
			ret_choice->name = observation->runtime;
		ret_choice->version = observation->runtime_version;
	} else if (strcmp(options->runtime, "none") != 0) {
		snprintf(name, 32, "%.*s",
			 at ? (int)(at - options->runtime) : (int)strlen(options->runtime),
			 options->runtime);
		ret_choice->name = name;
		ret_choice->version = at ? at + 1 : NULL;
	}
}

static int add_runtime_calls(const struct completion_options *options,
			     struct observation *observation, struct error *err)
{
	bool automatic = strcmp(options->runtime, "auto") == 0;
	struct runtime_choice choice;
	char name[32];
	int r;

	choose_runtime(options, observation, name, &choice);
	if (!choice.name)
		return automatic && observation->container_id ?
			       observation_add_reason(
				       observation, err,
				       "the container's runtime is not known, so the calls that it "
				       "makes under the filter are missing: name it with "
				       "--runtime-calls") :
			       0;
	r = observation_add_runtime_calls(observation, &choice, err);
	if (r != -ENOENT || !automatic)
		return r;
	error_finish(err);
	return observation_add_reason(
		observation, err, "what the runtime %s calls under the filter was never measured",
		choice.name);
}

/* Skips a version that it has just noted: many containers have the same. */
static int note_outdated(const struct completion_options *options,
			 const struct recording *recording, struct notes *notes, struct error *err)
{
	const char *newest, *told = "";
	struct runtime_choice choice;
	char name[32];
	size_t i;
	int r = 0;

	for (i = 0; i < recording->observation_count && r == 0; i++) {
		choose_runtime(options, &recording->observations[i], name, &choice);
		if (!choice.name || !choice.version || strcmp(told, choice.version) == 0)
			continue;
		newest = runtime_calls_outdated(choice.name, choice.version);
		if (!newest)
			continue;
		told = choice.version;
		r = notes_add(notes, err,
			      "%s %s is newer than what was measured: what %s calls under the "
			      "filter was added, and a container may need more to start",
			      choice.name, choice.version, newest);
	}
	return r;
}

static int note_incomplete(const struct recording *recording, struct notes *notes,
			   struct error *err)
{
	size_t i, k;
	int r = 0;

	for (i = 0; i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];

		for (k = 0; k < observation->reason_count && r == 0; k++)
			r = notes_add(notes, err, "%s is not complete: %s",
				      observation->container_name ? observation->container_name :
				      observation->container_id	  ? observation->container_id :
								    "the recording",
				      observation->reasons[k]);
	}
	return r;
}

static int complete_observation(const struct completion_options *options,
				const struct recorder_totals *totals,
				const struct error *interruption, struct observation *observation,
				struct error *err)
{
	int r = 0;

	if (interruption)
		r = observation_add_reason(observation, err, "the recording was interrupted: %s",
					   error_message(interruption));
	/*
	 * Nobody knows what was in cgroups that got no slot, so every observation of the recording
	 * may lack it. All other losses are in the observations already.
	 */
	if (r == 0)
		r = observation_note_lost_slots(observation, totals->lost_slots, err);
	if (r == 0)
		r = add_runtime_calls(options, observation, err);
	return r < 0 ? r : observation_add_implied_calls(observation, err);
}

/* Chooses the name if the user gave none: that of the only container, or "recording". */
static int name_recording(const struct completion_options *options, struct recording *recording,
			  struct error *err)
{
	const char *name = options->name;

	/* The parts of a split recording add the names of their containers themselves. */
	if (!name && options->split == SPLIT_NONE && recording->observation_count == 1)
		name = recording->observations[0].container_name;
	recording->name = strdup(name ? name : "recording");
	return recording->name ? 0 : error_nomem(err);
}

int completion_apply(const struct completion_options *options, const struct recorder_totals *totals,
		     const struct error *interruption, struct recording *recording,
		     struct notes *notes, struct error *err)
{
	size_t i;
	int r = name_recording(options, recording, err);

	for (i = 0; i < recording->observation_count && r == 0; i++)
		r = complete_observation(options, totals, interruption, &recording->observations[i],
					 err);
	if (r == 0)
		r = note_outdated(options, recording, notes, err);
	return r < 0 ? r : note_incomplete(recording, notes, err);
}
