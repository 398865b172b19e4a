/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_PROFILES_H
#define TESTS_FUZZ_PROFILES_H

/*
 * Makes profiles from an input's bytes. Any bytes make a profile. There are few different names
 * and values, so that rules meet. A missing byte counts as 0.
 */
#include "input.h"

#include "profile/semantics/semantics.h"
#include "profile/model/model.h"
#include "util/array.h"

static const char *const fuzzed_architectures[] = {
	"SCMP_ARCH_X86_64",  "SCMP_ARCH_X86", "SCMP_ARCH_X32",
	"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_S390X",
};

/*
 * On i386 some of these also go through socketcall(2) and ipc(2). Not all exist on every machine.
 */
static const char *const fuzzed_names[] = {
	"read", "socket", "clone", "personality", "shmget", "socketcall", "openat2", "no_such_call",
};

/*
 * Values at which comparisons are most likely to go wrong: the ends of words and halves, single
 * bits, masks.
 */
static const uint64_t fuzzed_values[] = {
	0,
	1,
	2,
	7,
	8,
	40,
	0x10000,
	0x7e020000,
	INT32_MAX,
	0x80000000,
	UINT32_MAX,
	0x100000000ULL,
	0x100000001,
	INT64_MAX,
	0x8000000000000000,
	UINT64_MAX,
	UINT64_MAX - 1,
	0xffffffff00000000,
};

static inline uint64_t take_value(struct input *input)
{
	uint8_t choice = take_byte(input);

	if (choice < array_size(fuzzed_values) * 8)
		return fuzzed_values[choice / 8] + choice % 8 - 4;
	return (uint64_t)take_byte(input) << choice % 64;
}

static inline struct optional_errno take_errno(struct input *input)
{
	static const uint16_t errnos[] = { 1, 38, 13, 0, 4095, 4096, 0xffff };
	uint8_t choice = take_byte(input) % (array_size(errnos) + 1);

	if (choice == 0)
		return (struct optional_errno){};
	return (struct optional_errno){ true, errnos[choice - 1] };
}

static inline void take_conditions(struct input *input, struct rule *rule)
{
	size_t i, count = take_byte(input) % 4;

	rule->conditions = calloc(count + 1, sizeof(*rule->conditions));
	assert(rule->conditions);
	for (i = 0; i < count; i++) {
		uint8_t kind = take_byte(input);

		rule->conditions[i] = (struct condition){
			.index = kind % 4 < 3 ? kind % 4 : 5,
			.comparison = kind / 4 % COMPARE_COUNT,
			.value = take_value(input),
		};
		if (rule->conditions[i].comparison == COMPARE_MASKED_EQ)
			rule->conditions[i].value_two = take_value(input);
	}
	rule->condition_count = count;
}

static inline void take_rule(struct input *input, struct profile *profile)
{
	enum action action = take_byte(input) % ACTION_COUNT;
	uint8_t names = take_byte(input);
	struct error err = ERROR_INIT;
	struct rule *rule;
	size_t i;

	assert(!failed(profile_add_rule(profile, action, &rule, &err), &err));
	for (i = 0; i < array_size(fuzzed_names); i++)
		if (names & 1u << i)
			assert(!failed(rule_add_name(rule, fuzzed_names[i], &err), &err));
	if (action == ACTION_ERRNO || action == ACTION_TRACE)
		rule->errno_ret = take_errno(input);
	take_conditions(input, rule);
}

static inline void take_rules(struct input *input, struct profile *profile)
{
	size_t rules = take_byte(input) % 6;

	while (rules-- > 0)
		take_rule(input, profile);
	profile_drop_empty_rules(profile);
}

static inline struct profile *take_profile(struct input *input, enum action default_action)
{
	struct profile *profile = profile_create(default_action);
	uint8_t architectures = take_byte(input);
	struct error err = ERROR_INIT;
	size_t i;

	assert(profile);
	for (i = 0; i < array_size(fuzzed_architectures); i++)
		if (architectures & 1u << i)
			assert(!failed(profile_add_architecture(profile, fuzzed_architectures[i],
								&err),
				       &err));
	take_rules(input, profile);
	return profile;
}

static inline enum action take_action(struct input *input)
{
	return take_byte(input) % ACTION_COUNT;
}

/* Takes a combination of arguments. */
static inline void take_arguments(struct input *input, uint64_t ret_arguments[ARGUMENT_COUNT])
{
	size_t i;

	for (i = 0; i < ARGUMENT_COUNT; i++)
		ret_arguments[i] = take_value(input);
}

/* Returns the profile's meaning, or NULL if the profile is refused. */
static inline struct semantics *take_semantics(const struct profile *profile, const char *scmp_arch)
{
	struct semantics *semantics = NULL;
	struct error err = ERROR_INIT;

	failed(semantics_create(profile, scmp_arch, &semantics, &err), &err);
	return semantics;
}

#endif
