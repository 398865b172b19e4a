// SPDX-License-Identifier: Apache-2.0
//
// seeds: tests/golden/profile
//
// A recording's file: read, written and read again, explained, split, and made into a profile.
#include "input.h"

#include "profile/derive/derive_profile.h"
#include "profile/derive/seen.h"
#include "profile/derive/within.h"
#include "profile/format/profile_write.h"
#include "profile/model/model.h"
#include "profile/model/profile.h"
#include "recording/derive.h"
#include "recording/explain.h"
#include "recording/recording.h"
#include "recording/recording_format.h"
#include "recording/split.h"
#include "json/unsigned.h"
#include "util/str.h"

/* A text that is read without a tree is also valid JSON for the parser that makes trees. */
static void check_json(const char *text, size_t size)
{
	json_error_t problem;
	json_t *root = tree_load_unsigned(text, size, &problem);

	assert(root);
	json_decref(root);
}

static char *write_recording(const struct recording *recording)
{
	struct error err = ERROR_INIT;
	char *text = NULL;
	int r = recording_write(recording, &text, &err);

	assert(!failed(r, &err));
	return text;
}

/* A written recording is read back as the same recording. */
static void check_round_trip(const struct recording *recording)
{
	_cleanup_recording_ struct recording again = {};
	_cleanup_free_ char *text = write_recording(recording), *second = NULL;
	struct error err = ERROR_INIT;
	int r = recording_read("again", text, strlen(text), &again, &err);

	assert(!failed(r, &err));
	second = write_recording(&again);
	assert(strcmp(text, second) == 0);
}

static void check_profile(const struct recording *recording)
{
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_(call_set_finish) struct call_set unnamed = {};
	_cleanup_free_ char *oci = NULL, *resource = NULL;
	struct error err = ERROR_INIT;
	int r = recording_derive_profile(recording, &profile, &unnamed, &err);

	assert(!failed(r, &err));
	r = profile_write_oci(profile, &oci, &err);
	assert(!failed(r, &err));
	r = profile_write_cr(profile, "fuzzed", &resource, &err);
	assert(!failed(r, &err));
}

/* A profile with conditions permits nothing beyond the default profile but what was seen. */
static void check_within(const struct recording *recording, const struct profile *profile,
			 const struct default_profile *limit, enum machine machine)
{
	_cleanup_seen_ struct seen seen = {};
	struct error err = ERROR_INIT;
	int abi, r = seen_create(recording, profile, true, &seen, &err);

	assert(!failed(r, &err));
	for (abi = 0; abi < ABI_COUNT; abi++) {
		const char *scmp_arch = abi_scmp_arch(machine, abi), *name;
		_cleanup_semantics_ struct semantics *semantics = NULL;
		struct difference difference;
		bool within;

		if (!scmp_arch || !profile_lists(profile, scmp_arch))
			continue;
		r = semantics_create(profile, scmp_arch, &semantics, &err);
		assert(!failed(r, &err));
		r = profile_within(semantics, limit->semantics[abi], &seen, &within, &name,
				   &difference, &err);
		if (!failed(r, &err))
			assert(within);
	}
}

static void check_conditions(const struct recording *recording, enum arguments_mode mode)
{
	const struct derive_options options = { .mode = mode };
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_derive_notes_ struct derive_notes notes = {};
	_cleanup_free_ char *oci = NULL;
	struct error err = ERROR_INIT;
	int machine, r = derive_profile(recording, &options, &profile, NULL, &notes, &err);

	assert(!failed(r, &err));
	r = profile_write_oci(profile, &oci, &err);
	assert(!failed(r, &err));
	for (machine = 0; machine < MACHINE_COUNT; machine++) {
		_cleanup_default_profile_ struct default_profile limit = {};

		r = default_profile_init(&limit, recording, machine, NULL, &err);
		assert(!failed(r, &err));
		check_within(recording, profile, &limit, machine);
	}
}

static void check_explanation(const struct recording *recording, const char *syscall)
{
	_cleanup_free_ char *text = NULL, *json = NULL;
	struct error err = ERROR_INIT;
	bool found, found_json;
	int r = recording_explain(recording, syscall, &text, &found, &err);

	assert(!failed(r, &err));
	r = recording_explain_json(recording, syscall, &json, &found_json, &err);
	assert(!failed(r, &err));
	assert(found == found_json);
}

/* Each part gets a unique name that can name a file. Empties the recording. */
static void check_split(struct recording *recording, enum split split)
{
	struct recording *parts = NULL;
	struct error err = ERROR_INIT;
	size_t i, count = 0, observations = recording->observation_count, found = 0;
	int r = recording_split(recording, split, &parts, &count, &err);

	assert(!failed(r, &err));
	for (i = 0; i < count; i++) {
		assert(str_is_dns_label(parts[i].name));
		assert(i == 0 || strcmp(parts[i - 1].name, parts[i].name) < 0);
		found += parts[i].observation_count;
	}
	assert(found == observations);
	recordings_free(parts, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_recording_ struct recording recording = {};
	struct error err = ERROR_INIT;
	int r = recording_read("input", (const char *)data, size, &recording, &err);

	if (failed(r, &err))
		return 0;
	check_json((const char *)data, size);
	check_round_trip(&recording);
	check_profile(&recording);
	check_conditions(&recording, size % 2 ? ARGUMENTS_DEFAULT : ARGUMENTS_EXACT);
	check_explanation(&recording, "read");
	check_explanation(&recording, "60");
	check_split(&recording, size % 2 ? SPLIT_CONTAINER : SPLIT_POD);
	return 0;
}
