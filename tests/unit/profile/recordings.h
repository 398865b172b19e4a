/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_PROFILE_RECORDINGS_H
#define TESTS_UNIT_PROFILE_RECORDINGS_H

/* Helpers that make recordings with arguments by hand. */
#include "fixtures.h"

static inline uint32_t number(enum machine machine, enum abi abi, const char *name)
{
	int nr = syscall_number(machine, abi, name);

	assert_true(nr >= 0);
	return nr;
}

/* A recording of one observation on a machine. */
static inline struct recording record_on(enum machine machine)
{
	struct observation observation = { .machine = machine };
	struct recording recording = {};

	observation.container_name = strdup("it");
	assert_int_equal(recording_add(&recording, &observation, NULL), 0);
	return recording;
}

static inline struct observation *first(struct recording *recording)
{
	return &recording->observations[0];
}

/* Adds a call with a value of one of its arguments, or of a structure's. */
static inline void see_at(struct recording *recording, enum abi abi, const char *name,
			  uint8_t index, uint16_t offset, bool flags, uint32_t value)
{
	struct observation *observation = first(recording);
	const struct argument key = { .nr = number(observation->machine, abi, name),
				      .abi = abi,
				      .index = index,
				      .offset = offset,
				      .flags = flags };
	struct argument *argument;

	add_call(&observation->calls, abi, key.nr, ORIGIN_OBSERVED, 1, "it");
	assert_int_equal(argument_set_get(&observation->arguments, &key, &argument, NULL), 0);
	assert_int_equal(
		argument_add_value(argument, &(struct argument_value){ .value = value }, NULL), 0);
}

static inline void see(struct recording *recording, const char *name, uint8_t index, uint32_t value)
{
	see_at(recording, ABI_NATIVE, name, index, 0, false, value);
}

static inline void see_flag(struct recording *recording, const char *name, uint8_t index,
			    uint32_t flag)
{
	see_at(recording, ABI_NATIVE, name, index, 0, true, flag);
}

static inline void see_clone3(struct recording *recording, uint32_t low, uint32_t high,
			      uint32_t tids)
{
	see_at(recording, ABI_NATIVE, "clone3", 0, 0, true, low);
	see_at(recording, ABI_NATIVE, "clone3", 0, 4, true, high);
	see_at(recording, ABI_NATIVE, "clone3", 0, 32, false, 17);
	see_at(recording, ABI_NATIVE, "clone3", 0, 72, false, tids);
}

#endif
