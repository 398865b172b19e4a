// SPDX-License-Identifier: Apache-2.0
#include "recording/recorded_context.h"

#include <string.h>

#include "recording/applied_profile.h"
#include "recording/recording.h"
#include "util/error.h"
#include "util/string_set.h"
#include "util/version.h"

/* Returns the first observation of the machine from index on, or NULL. */
static const struct observation *next_on(const struct recording *recording, enum machine machine,
					 size_t *index)
{
	for (; recording && *index < recording->observation_count; ++*index)
		if (recording->observations[*index].machine == machine)
			return &recording->observations[(*index)++];
	return NULL;
}

bool recording_ran_on(const struct recording *recording, enum machine machine)
{
	size_t i = 0;

	return next_on(recording, machine, &i) != NULL;
}

static bool all_have_capability(const struct recording *recording, enum machine machine,
				const char *name)
{
	const struct observation *observation;
	size_t i = 0;

	while ((observation = next_on(recording, machine, &i)))
		if (!string_set_has(observation->capabilities, observation->capability_count, name))
			return false;
	return true;
}

int recorded_capabilities(const struct recording *recording, enum machine machine, char ***names,
			  size_t *count, bool *ret_known, struct error *err)
{
	const struct observation *first = NULL, *observation;
	size_t i = 0;
	int r = 0;

	*ret_known = false;
	while ((observation = next_on(recording, machine, &i))) {
		if (!observation_knows_container_capabilities(observation))
			return 0;
		first = first ? first : observation;
	}
	for (i = 0; first && i < first->capability_count && r == 0; i++)
		if (all_have_capability(recording, machine, first->capabilities[i]))
			r = string_set_add(names, count, first->capabilities[i], err);
	*ret_known = r == 0 && first;
	return r;
}

const char *recorded_kernel(const struct recording *recording, enum machine machine)
{
	const struct observation *observation;
	struct version oldest = {}, version;
	const char *kernel = NULL;
	size_t i = 0;

	while ((observation = next_on(recording, machine, &i))) {
		if (!observation->kernel)
			continue;
		version = version_parse(observation->kernel);
		if (kernel && version_compare(&version, &oldest) >= 0)
			continue;
		oldest = version;
		kernel = observation->kernel;
	}
	return kernel;
}

const struct applied_profile *recorded_profile(const struct recording *recording,
					       enum machine machine)
{
	const struct applied_profile *common = NULL;
	const struct observation *observation;
	size_t i = 0;

	while ((observation = next_on(recording, machine, &i))) {
		const struct applied_profile *applied = observation->applied_profile;

		if (!applied || (common && applied_profile_compare(common, applied) != 0))
			return NULL;
		common = applied;
	}
	return common;
}

/* Keeps the oldest version. False if text is no version. */
static bool note_version(struct recorded_engine *engine, const char *text)
{
	struct version version = version_parse(text ? text : ""), oldest;
	int order;

	if (!version_is_known(&version))
		return false;
	oldest = version_parse(engine->version ? engine->version : text);
	order = version_compare(&version, &oldest);
	engine->versions_differ |= order != 0;
	if (!engine->version || order < 0)
		engine->version = text;
	return true;
}

/* Takes the oldest version, as for the kernel: it knows fewer calls. */
struct recorded_engine recorded_engine(const struct recording *recording, enum machine machine)
{
	struct recorded_engine engine = {};
	const struct observation *observation;
	bool all_versions = true;
	size_t i = 0;

	while ((observation = next_on(recording, machine, &i))) {
		if (!observation->engine ||
		    (engine.name && strcmp(engine.name, observation->engine) != 0))
			return (struct recorded_engine){};
		engine.name = observation->engine;
		all_versions &= note_version(&engine, observation->engine_version);
	}
	if (!all_versions)
		engine.version = NULL;
	return engine;
}
