// SPDX-License-Identifier: Apache-2.0
#include "syscalls/arguments.h"

#include <inttypes.h>
#include <stdio.h>

static const struct argument_span *const spans[MACHINE_COUNT][ABI_COUNT] = {
	[MACHINE_X86_64] = {
		[ABI_NATIVE] = argument_spans_x86_64,
		[ABI_COMPAT] = argument_spans_i386,
		[ABI_X32] = argument_spans_x32,
	},
	[MACHINE_AARCH64] = {
		[ABI_NATIVE] = argument_spans_aarch64,
		[ABI_COMPAT] = argument_spans_arm,
	},
};

struct argument_span syscall_arguments_of(enum machine machine, enum abi abi, uint32_t nr)
{
	if (nr >= ARGUMENT_NUMBERS || !spans[machine][abi])
		return (struct argument_span){};
	return spans[machine][abi][nr];
}

const char *argument_value_name(enum machine machine, const struct syscall_argument *argument,
				uint32_t value)
{
	uint16_t i;

	for (i = 0; i < argument->name_count; i++) {
		const struct value_name *name = &value_names[argument->names + i];

		if (name->value == value &&
		    (name->machine == MACHINE_COUNT || name->machine == machine))
			return name->name;
	}
	return NULL;
}

const char *argument_value_text(enum machine machine, const struct syscall_argument *argument,
				uint32_t value, char text[ARGUMENT_VALUE_TEXT_SIZE])
{
	const char *name = argument_value_name(machine, argument, value);

	if (name)
		snprintf(text, ARGUMENT_VALUE_TEXT_SIZE, "%s (0x%" PRIx32 ")", name, value);
	else
		snprintf(text, ARGUMENT_VALUE_TEXT_SIZE, "0x%" PRIx32, value);
	return text;
}

const struct syscall_argument *syscall_argument_at(enum machine machine, enum abi abi, uint32_t nr,
						   uint8_t index, uint16_t offset)
{
	struct argument_span span = syscall_arguments_of(machine, abi, nr);
	uint8_t i;

	for (i = 0; i < span.count; i++) {
		const struct syscall_argument *row = &syscall_arguments[span.first + i];

		if (row->index == index && row->offset == offset)
			return row;
	}
	return NULL;
}
