// SPDX-License-Identifier: Apache-2.0
#include "record/argument_table.h"

#include <stddef.h>
#include <string.h>

#include "syscalls/arguments.h"

_Static_assert(RECORDER_NUMBERS == ARGUMENT_NUMBERS, "every call with a bit can have arguments");

/* A few cgroups may have many values; of many, each has few. */
#define VALUES_PER_SLOT 256

static void fill_row(const struct syscall_argument *argument, struct recorder_argument_row *row)
{
	row->kept = ~argument->ignored;
	row->index = argument->index;
	row->words = argument->offset / 4;
	row->flags = (argument->memory ? RECORDER_ARGUMENT_MEMORY : 0) |
		     (argument->kind == ARGUMENT_FLAGS ? RECORDER_ARGUMENT_FLAGS : 0) |
		     (argument->kind == ARGUMENT_PRESENT ? RECORDER_ARGUMENT_PRESENT : 0);
	if (argument->memory && argument->size != ARGUMENT_NO_SIZE) {
		row->flags |= RECORDER_ARGUMENT_SIZED;
		row->size = argument->size;
	}
}

void argument_table_fill(__u16 spans[RECORDER_ABIS][RECORDER_NUMBERS],
			 struct recorder_argument_row rows[RECORDER_ARGUMENT_ROWS])
{
	enum machine machine = machine_native();
	uint32_t abi, nr;
	size_t i;

	for (i = 1; i < syscall_argument_count && i < RECORDER_ARGUMENT_ROWS; i++)
		fill_row(&syscall_arguments[i], &rows[i]);
	for (abi = 0; abi < RECORDER_ABIS; abi++)
		for (nr = 0; nr < RECORDER_NUMBERS; nr++) {
			struct argument_span span = syscall_arguments_of(machine, abi, nr);

			spans[abi][nr] = span.first | span.count << 8;
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
	struct recorder_argument_row rows[RECORDER_ARGUMENT_ROWS];
	__u16 spans[RECORDER_ABIS][RECORDER_NUMBERS];

	memset(rows, 0, sizeof(rows));
	memset(spans, 0, sizeof(spans));
	argument_table_fill(spans, rows);
	return hash(hash(0xcbf29ce484222325, rows, sizeof(rows)), spans, sizeof(spans));
}

uint32_t argument_values_max(uint32_t slots)
{
	if (slots >= RECORDER_VALUES_MAX / VALUES_PER_SLOT)
		return RECORDER_VALUES_MAX;
	return slots * VALUES_PER_SLOT + RECORDER_VALUES_PER_SLOT;
}
