// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_arguments.h"

#include <inttypes.h>
#include <string.h>

#include "json/builder.h"
#include "recording/recording_values.h"
#include "syscalls/arguments.h"
#include "util/error.h"
#include "util/str.h"

/* Six arguments, and room for the members of the structures that they point to. */
#define ARGUMENTS_MAX 32

int recording_read_process(const struct cursor *object, char process[CALL_PROCESS_SIZE],
			   struct error *err)
{
	struct cursor at;
	const char *text;
	int r;

	if (!cursor_member(object, "process", &at))
		return 0;
	r = cursor_get_string(&at, &text, err);
	if (r < 0)
		return r;
	if (strlen(text) >= CALL_PROCESS_SIZE)
		return cursor_fail(&at, err, "a process name has at most %d bytes",
				   CALL_PROCESS_SIZE - 1);
	strcpy(process, text);
	return 0;
}

static int read_value(const struct cursor *at, struct argument *argument, struct error *err)
{
	static const char *const fields[] = { "value", "firstSeen", "process", NULL };
	struct argument_value value = {};
	struct cursor member;
	uint64_t number;
	int r;

	if ((r = cursor_check_members(at, fields, err)) < 0 ||
	    (r = cursor_required(at, "value", &member, err)) < 0 ||
	    (r = cursor_get_number(&member, UINT32_MAX, &number, err)) < 0)
		return r;
	value.value = number;
	if (argument->flags && number & (number - 1))
		return cursor_fail(&member, err, "%" PRIu64 " is more than one flag", number);
	if (argument_find_value(argument, value.value))
		return cursor_fail(&member, err, "this value appears twice");
	if ((r = recording_read_time(at, "firstSeen", &value.first_seen, err)) < 0 ||
	    (r = recording_read_process(at, value.process, err)) < 0)
		return r;
	return argument_add_value(argument, &value, err);
}

static int read_values(const struct cursor *at, struct argument *argument, struct error *err)
{
	size_t i, length;
	int r = cursor_get_length(at, &length, err);

	if (r == 0 && length > ARGUMENT_VALUES_MAX)
		return cursor_fail(at, err, "it has %zu values, and at most %d are read", length,
				   ARGUMENT_VALUES_MAX);
	for (i = 0; r == 0 && i < length; i++) {
		const struct cursor element = cursor_element(at, i);

		r = read_value(&element, argument, err);
	}
	return r;
}

static int read_optional_bool(const struct cursor *object, const char *key, bool *ret_truth,
			      struct error *err)
{
	struct cursor at;

	return cursor_member(object, key, &at) ? cursor_get_bool(&at, ret_truth, err) : 0;
}

/* Reads which argument it is, and how its values are kept. */
static int read_key(const struct cursor *at, const struct call *call, struct argument *key,
		    struct error *err)
{
	struct cursor member, values, flags;
	bool has_values = cursor_member(at, "values", &values);
	uint64_t index, offset = 0;
	int r;

	if ((r = cursor_required(at, "argument", &member, err)) < 0 ||
	    (r = cursor_get_number(&member, 5, &index, err)) < 0)
		return r;
	if (cursor_member(at, "offset", &member) &&
	    (r = cursor_get_number(&member, UINT16_MAX, &offset, err)) < 0)
		return r;
	*key = (struct argument){
		.nr = call->nr, .abi = call->abi, .index = index, .offset = offset
	};
	key->flags = cursor_member(at, "flags", &flags);
	return key->flags && has_values ?
		       cursor_fail(&flags, err, "an argument has values or flags, not both") :
		       0;
}

/* Refuses a kind of values that contradicts the table, which would mix them with others. */
static int check_kind(const struct cursor *at, enum machine machine, const struct argument *key,
		      struct error *err)
{
	const struct syscall_argument *row =
		syscall_argument_at(machine, key->abi, key->nr, key->index, key->offset);

	if (row && key->flags != (row->kind == ARGUMENT_FLAGS))
		return cursor_fail(at, err, "this argument of %s has %s", row->call,
				   key->flags ? "values" : "flags");
	return 0;
}

static int read_argument(const struct cursor *at, enum machine machine, const struct call *call,
			 struct argument_set *arguments, struct error *err)
{
	static const char *const fields[] = { "argument", "offset",	"values",  "flags", "any",
					      "wide",	  "unrecorded", "runtime", NULL };
	struct argument *argument, key;
	struct cursor member;
	int r;

	if ((r = cursor_check_members(at, fields, err)) < 0 ||
	    (r = read_key(at, call, &key, err)) < 0)
		return r;
	if (argument_set_find(arguments, key.abi, key.nr, key.index, key.offset))
		return cursor_fail(at, err, "this argument appears twice");
	if (cursor_member(at, key.flags ? "flags" : "values", &member)) {
		if ((r = check_kind(at, machine, &key, err)) < 0 ||
		    (r = argument_set_get(arguments, &key, &argument, err)) < 0 ||
		    (r = read_values(&member, argument, err)) < 0)
			return r;
	} else if ((r = argument_set_get(arguments, &key, &argument, err)) < 0) {
		return r;
	}
	if ((r = read_optional_bool(at, "any", &argument->any, err)) < 0 ||
	    (r = read_optional_bool(at, "wide", &argument->wide, err)) < 0 ||
	    (r = read_optional_bool(at, "runtime", &argument->runtime, err)) < 0)
		return r;
	return cursor_member(at, "unrecorded", &member) ?
		       cursor_get_number(&member, INT64_MAX, &argument->unrecorded, err) :
		       0;
}

int recording_read_arguments(const struct cursor *at, enum machine machine, const struct call *call,
			     struct argument_set *arguments, struct error *err)
{
	size_t i, length;
	int r = cursor_get_length(at, &length, err);

	if (r == 0 && length > ARGUMENTS_MAX)
		return cursor_fail(at, err, "it has %zu entries, and at most %d are read", length,
				   ARGUMENTS_MAX);
	for (i = 0; r == 0 && i < length; i++) {
		const struct cursor element = cursor_element(at, i);

		r = read_argument(&element, machine, call, arguments, err);
	}
	return r;
}

static bool needs_escapes(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
			return true;
	return false;
}

/* A process chooses its own name, so the name may need escapes. */
int recording_print_process(FILE *out, const char *process, struct error *err)
{
	_cleanup_json_ json_t *text = NULL;

	if (!*process)
		return 0;
	fputs(", \"process\": ", out);
	if (!needs_escapes(process)) {
		fprintf(out, "\"%s\"", process);
		return 0;
	}
	text = tree_from_string(process);
	return !text || json_dumpf(text, out, JSON_ENCODE_ANY) < 0 ? error_nomem(err) : 0;
}

static int print_values(FILE *out, const struct argument *argument, struct error *err)
{
	char time[STR_TIME_SIZE];
	size_t i;
	int r = 0;

	fprintf(out, ", \"%s\": [", argument->flags ? "flags" : "values");
	for (i = 0; i < argument->count && r == 0; i++) {
		const struct argument_value *value = &argument->values[i];

		fprintf(out, "%s{\"value\": %" PRIu32, i ? ", " : "", value->value);
		if (value->first_seen) {
			str_format_time(time, value->first_seen);
			fprintf(out, ", \"firstSeen\": \"%s\"", time);
		}
		r = recording_print_process(out, value->process, err);
		fputc('}', out);
	}
	fputc(']', out);
	return r;
}

static int print_argument(FILE *out, const struct argument *argument, struct error *err)
{
	int r;

	fprintf(out, "{\"argument\": %u", argument->index);
	if (argument->offset)
		fprintf(out, ", \"offset\": %u", argument->offset);
	r = print_values(out, argument, err);
	if (argument->any)
		fputs(", \"any\": true", out);
	if (argument->wide)
		fputs(", \"wide\": true", out);
	if (argument->unrecorded)
		fprintf(out, ", \"unrecorded\": %" PRIu64, argument->unrecorded);
	if (argument->runtime)
		fputs(", \"runtime\": true", out);
	fputc('}', out);
	return r;
}

/* True if the argument says no more than its absence would: it was not recorded. */
static bool is_missing(const struct argument *argument)
{
	return !argument->count && !argument->any && !argument->wide && !argument->runtime &&
	       argument->unrecorded == 1;
}

static int compare_with_call(const struct argument *argument, const struct call *call)
{
	if (argument->abi != call->abi)
		return argument->abi < call->abi ? -1 : 1;
	return argument->nr < call->nr ? -1 : argument->nr > call->nr;
}

int recording_print_arguments(FILE *out, const struct call *call,
			      const struct argument_set *arguments, size_t *next, struct error *err)
{
	size_t printed = 0;
	int r = 0;

	while (*next < arguments->length && compare_with_call(&arguments->items[*next], call) < 0)
		(*next)++;
	for (; *next < arguments->length && r == 0; (*next)++) {
		const struct argument *argument = &arguments->items[*next];

		if (compare_with_call(argument, call) != 0)
			break;
		if (is_missing(argument))
			continue;
		fputs(printed++ ? ", " : ", \"arguments\": [", out);
		r = print_argument(out, argument, err);
	}
	fputs(printed ? "]" : "", out);
	return r;
}
