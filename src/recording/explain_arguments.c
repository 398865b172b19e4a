// SPDX-License-Identifier: Apache-2.0
#include "recording/explain_arguments.h"

#include <inttypes.h>

#include "syscalls/arguments.h"
#include "util/str.h"

static const struct argument_set *set_of(const struct evidence *evidence)
{
	return evidence->denied ? &evidence->observation->denied_arguments :
				  &evidence->observation->arguments;
}

static void print_values(FILE *out, enum machine machine, const struct syscall_argument *row,
			 const struct argument *argument)
{
	char time[STR_TIME_SIZE], text[ARGUMENT_VALUE_TEXT_SIZE];
	size_t i;

	for (i = 0; i < argument->count; i++) {
		const struct argument_value *value = &argument->values[i];

		fprintf(out, "      %s", argument_value_text(machine, row, value->value, text));
		if (value->first_seen) {
			str_format_time(time, value->first_seen);
			fprintf(out, ", first at %s", time);
		}
		if (value->process[0]) {
			fputs(" by ", out);
			str_print_escaped(out, value->process);
		}
		fputc('\n', out);
	}
}

static void print_argument(FILE *out, enum machine machine, const struct syscall_argument *row,
			   const struct argument *argument)
{
	fprintf(out, "    argument %u", row->index);
	if (row->memory)
		fprintf(out, ", offset %u of its structure", row->offset);
	if (!argument || (!argument->count && (argument->unrecorded || argument->runtime))) {
		fputs(": not recorded\n", out);
		return;
	}
	fprintf(out, ": %s%s%s%s%s\n", argument->flags ? "flags" : "values",
		argument->any ? ", and more than are kept" : "",
		argument->wide ? ", some with bits in the upper half, which the kernel ignores" :
				 "",
		argument->unrecorded ? ", and some that were not recorded" : "",
		argument->runtime ? ", and those of the runtime, which are not recorded" : "");
	print_values(out, machine, row, argument);
}

void explain_arguments(FILE *out, const struct evidence *evidence)
{
	const struct call *call = evidence->call;
	enum machine machine = evidence->observation->machine;
	struct argument_span span = syscall_arguments_of(machine, call->abi, call->nr);
	uint8_t i;

	for (i = 0; i < span.count; i++) {
		const struct syscall_argument *row = &syscall_arguments[span.first + i];

		print_argument(out, machine, row,
			       argument_set_find(set_of(evidence), call->abi, call->nr, row->index,
						 row->offset));
	}
}

static json_t *from_value(struct builder *builder, enum machine machine,
			  const struct argument *argument, const struct argument_value *value)
{
	const struct syscall_argument *row = syscall_argument_at(
		machine, argument->abi, argument->nr, argument->index, argument->offset);
	const char *name = row ? argument_value_name(machine, row, value->value) : NULL;
	json_t *object = builder_object(builder);
	char time[STR_TIME_SIZE];

	builder_set_number(builder, object, "value", value->value);
	if (name)
		builder_set_string(builder, object, "name", name);
	if (value->first_seen) {
		str_format_time(time, value->first_seen);
		builder_set_string(builder, object, "firstSeen", time);
	}
	if (value->process[0])
		builder_set_string(builder, object, "process", value->process);
	return object;
}

static json_t *from_argument(struct builder *builder, enum machine machine,
			     const struct argument *argument)
{
	json_t *object = builder_object(builder), *values = builder_array(builder);
	size_t i;

	for (i = 0; i < argument->count; i++)
		builder_append(builder, values,
			       from_value(builder, machine, argument, &argument->values[i]));
	builder_set_number(builder, object, "argument", argument->index);
	if (argument->offset)
		builder_set_number(builder, object, "offset", argument->offset);
	builder_set(builder, object, argument->flags ? "flags" : "values", values);
	if (argument->any)
		builder_set(builder, object, "any", json_true());
	if (argument->wide)
		builder_set(builder, object, "wide", json_true());
	if (argument->unrecorded)
		builder_set_number(builder, object, "unrecorded", argument->unrecorded);
	if (argument->runtime)
		builder_set(builder, object, "runtime", json_true());
	return object;
}

json_t *explain_arguments_json(struct builder *builder, const struct evidence *evidence)
{
	const struct argument_set *set = set_of(evidence);
	json_t *array = builder_array(builder);
	size_t i;

	for (i = 0; i < set->length; i++)
		if (set->items[i].abi == evidence->call->abi &&
		    set->items[i].nr == evidence->call->nr)
			builder_append(builder, array,
				       from_argument(builder, evidence->observation->machine,
						     &set->items[i]));
	return array;
}
