// SPDX-License-Identifier: Apache-2.0
#include "record/argument_table.h"

#include <stddef.h>
#include <string.h>

#include "syscalls/arguments.h"

_Static_assert(RECORDER_NUMBERS == ARGUMENT_NUMBERS, "every call with a bit can have arguments");

/* A few cgroups may have many values; of many, each has few. */
#define VALUES_PER_SLOT 256

/* Returns a row as the BPF program reads it: shared.h. */
static __u64 row_of(const struct syscall_argument *argument, __u64 number)
{
	bool direct = !argument->memory && argument->kind != ARGUMENT_PRESENT;
	__u64 place = direct ? argument->index : RECORDER_ARGUMENT_INDIRECT;
	__u64 row = (uint32_t)~argument->ignored | number << RECORDER_VALUE_ROW |
		    place << RECORDER_ARGUMENT_REGISTER |
		    (__u64)argument->index << RECORDER_ARGUMENT_INDEX |
		    (__u64)(argument->offset / 4) << RECORDER_ARGUMENT_OFFSET;

	if (argument->memory)
		row |= RECORDER_ARGUMENT_MEMORY;
	if (argument->kind == ARGUMENT_FLAGS)
		row |= RECORDER_ARGUMENT_FLAGS;
	if (argument->kind == ARGUMENT_PRESENT)
		row |= RECORDER_ARGUMENT_PRESENT;
	if (argument->memory && argument->size != ARGUMENT_NO_SIZE)
		row |= RECORDER_ARGUMENT_SIZED | (__u64)argument->size << RECORDER_ARGUMENT_SIZE;
	return row;
}

/* Fills the rows of one call, of which all but the last have successors. */
static void fill_call(struct argument_span span, __u64 rows[RECORDER_ARGUMENT_ROWS])
{
	uint8_t i;

	for (i = 0; i < span.count; i++) {
		uint32_t number = span.first + i;

		rows[number] = row_of(&syscall_arguments[number], number);
		if (i + 1 < span.count)
			rows[number] |= RECORDER_ARGUMENT_MORE;
	}
}

void argument_table_fill(__u64 first[RECORDER_ABIS][RECORDER_NUMBERS],
			 __u64 rows[RECORDER_ARGUMENT_ROWS])
{
	enum machine machine = machine_native();
	uint32_t abi, nr;

	for (abi = 0; abi < RECORDER_ABIS; abi++)
		for (nr = 0; nr < RECORDER_NUMBERS; nr++) {
			struct argument_span span = syscall_arguments_of(machine, abi, nr);

			fill_call(span, rows);
			first[abi][nr] = span.count ? rows[span.first] : 0;
		}
}

/* FNV-1a, as in object_pinned.c. */
static uint64_t hash(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3;
	return hash;
}

uint64_t argument_table_identity(void)
{
	__u64 first[RECORDER_ABIS][RECORDER_NUMBERS], rows[RECORDER_ARGUMENT_ROWS] = {};

	argument_table_fill(first, rows);
	return hash(hash(0xcbf29ce484222325, rows, sizeof(rows)), first, sizeof(first));
}

uint32_t argument_values_max(uint32_t slots)
{
	if (slots >= RECORDER_VALUES_MAX / VALUES_PER_SLOT)
		return RECORDER_VALUES_MAX;
	return slots * VALUES_PER_SLOT + RECORDER_VALUES_PER_SLOT;
}
