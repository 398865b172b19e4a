// SPDX-License-Identifier: Apache-2.0
//
// options: -max_len=256
//
// Merging recordings or profiles is set union: every order, grouping and repetition gives the same
// bytes. The first byte of an input selects recordings or profiles, the rest makes three of them.
#include "profiles.h"

#include <stdio.h>

#include "profile/format/profile_write.h"
#include "profile/merge/merge.h"
#include "recording/recording.h"
#include "recording/recording_format.h"

/* Takes one of a few texts, so that many are the same, or NULL for an unknown one. */
static char *take_word(struct input *input)
{
	uint8_t choice = take_byte(input) % 4;
	char *word = NULL;

	if (choice)
		assert(asprintf(&word, "word%d", choice) > 0);
	return word;
}

static void take_calls(struct input *input, struct call_set *calls)
{
	static const char *const processes[] = { "", "a", "b" };
	size_t i, count = take_byte(input) % 4;

	for (i = 0; i < count; i++) {
		uint8_t kind = take_byte(input), seen = take_byte(input);
		struct call call = {
			.nr = kind % 4,
			.abi = kind / 4 % ABI_COUNT,
			.origin = kind / 16 % ORIGIN_COUNT,
			.first_seen = seen % 4,
		};
		struct error err = ERROR_INIT;

		strcpy(call.process, processes[seen / 4 % array_size(processes)]);
		assert(!failed(call_set_add(calls, &call, &err), &err));
	}
}

static void take_observation(struct input *input, struct recording *recording)
{
	struct observation observation = { .no_new_privs = take_byte(input) % 3 - 1 };
	struct error err = ERROR_INIT;

	observation.container_id = take_word(input);
	observation.container_name = take_word(input);
	observation.pod_namespace = take_word(input);
	observation.pod_name = take_word(input);
	observation.image = take_word(input);
	observation.node = take_word(input);
	observation.attribution = take_word(input);
	observation.start = take_byte(input) % 3;
	observation.end = take_byte(input) % 3;
	observation.folded = take_byte(input) % 3;
	observation.seccomp = take_byte(input) % 3;
	observation.losses[take_byte(input) % LOSS_COUNT] = take_byte(input) % 3;
	take_calls(input, &observation.calls);
	take_calls(input, &observation.denied);
	if (take_byte(input) % 2)
		assert(observation_add_reason(&observation, NULL, "reason %d",
					      take_byte(input) % 3) == 0);
	if (take_byte(input) % 2)
		assert(observation_add_label(&observation, "app", take_byte(input) % 2 ? "x" : "y",
					     NULL) == 0);
	observation.capabilities_known = take_byte(input) % 2;
	if (observation.capabilities_known && take_byte(input) % 2)
		assert(observation_add_capability(&observation, "CAP_KILL", NULL) == 0);
	assert(!failed(recording_add(recording, &observation, &err), &err));
	observation_finish(&observation);
}

/* Makes the text of a recording's file, so that it can be read as often as needed. */
static char *take_recording(struct input *input)
{
	_cleanup_recording_ struct recording recording = { .name = take_word(input) };
	size_t i, count = take_byte(input) % 3;
	char *text = NULL;

	for (i = 0; i < count; i++)
		take_observation(input, &recording);
	assert(recording_write(&recording, &text, NULL) == 0);
	return text;
}

static void read_into(struct recording *recording, const char *text)
{
	struct error err = ERROR_INIT;

	assert(!failed(recording_read("merged", text, strlen(text), recording, &err), &err));
}

/* Returns the union of two recordings as text. */
static char *merge_texts(const char *a, const char *b)
{
	_cleanup_recording_ struct recording into = {}, from = {};
	struct error err = ERROR_INIT;
	char *text = NULL;

	read_into(&into, a);
	read_into(&from, b);
	assert(!failed(recording_merge(&into, &from, &err), &err));
	assert(recording_write(&into, &text, NULL) == 0);
	return text;
}

static void check_recordings(struct input *input)
{
	_cleanup_free_ char *a = take_recording(input), *b = take_recording(input);
	_cleanup_free_ char *c = take_recording(input);
	_cleanup_free_ char *a_b = merge_texts(a, b), *b_a = merge_texts(b, a);
	_cleanup_free_ char *b_c = merge_texts(b, c), *ab_c = merge_texts(a_b, c);
	_cleanup_free_ char *a_bc = merge_texts(a, b_c), *a_a = merge_texts(a, a);
	_cleanup_free_ char *ab_b = merge_texts(a_b, b);

	assert(strcmp(a_b, b_a) == 0);
	assert(strcmp(ab_c, a_bc) == 0);
	assert(strcmp(a_a, a) == 0);
	assert(strcmp(ab_b, a_b) == 0);
}

/* Returns the union of up to three profiles in this order, or NULL if no profile can express it. */
static struct profile *unite(const struct profile *a, const struct profile *b,
			     const struct profile *c)
{
	_cleanup_profile_merge_ struct profile_merge *merge = NULL;
	const struct profile *parts[] = { a, b, c };
	struct profile *united = NULL;
	struct error err = ERROR_INIT;
	size_t i;

	assert(!failed(profile_merge_create(&merge, &err), &err));
	for (i = 0; i < array_size(parts); i++)
		if (parts[i] && failed(profile_merge_add(merge, "part", parts[i], &err), &err))
			return NULL;
	failed(profile_merge_take(merge, &united, &err), &err);
	return united;
}

/* Compares two unions, if both could be expressed. */
static void check_same(const struct profile *a, const struct profile *b)
{
	_cleanup_free_ char *one = NULL, *two = NULL;

	if (!a || !b)
		return;
	assert(profile_write_oci(a, &one, NULL) == 0);
	assert(profile_write_oci(b, &two, NULL) == 0);
	assert(strcmp(one, two) == 0);
}

static void check_profiles(struct input *input)
{
	enum action action = take_action(input);
	_cleanup_profile_ struct profile *a = take_profile(input, action);
	_cleanup_profile_ struct profile *b = take_profile(input, action);
	_cleanup_profile_ struct profile *c = take_profile(input, action);
	_cleanup_profile_ struct profile *alone = unite(a, NULL, NULL), *a_a = unite(a, a, NULL);
	_cleanup_profile_ struct profile *a_b = unite(a, b, NULL), *b_a = unite(b, a, NULL);
	_cleanup_profile_ struct profile *b_c = unite(b, c, NULL), *abc = unite(a, b, c);
	_cleanup_profile_ struct profile *ab_c = a_b ? unite(a_b, c, NULL) : NULL;
	_cleanup_profile_ struct profile *a_bc = b_c ? unite(a, b_c, NULL) : NULL;
	_cleanup_profile_ struct profile *cba = unite(c, b, a);
	_cleanup_profile_ struct profile *ab_b = a_b ? unite(a_b, b, NULL) : NULL;

	assert(!alone == !a_a && !a_b == !b_a && !abc == !cba);
	check_same(alone, a_a);
	check_same(a_b, b_a);
	check_same(abc, cba);
	check_same(abc, ab_c);
	check_same(abc, a_bc);
	check_same(ab_b, a_b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	if (take_byte(&input) % 2)
		check_recordings(&input);
	else
		check_profiles(&input);
	return 0;
}
