// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_calls.h"

#include <string.h>

#include "json/builder.h"
#include "recording/recording_arguments.h"
#include "util/error.h"
#include "util/str.h"

/*
 * Enough for a line: its longest text is a name, and names in the tables have about 30 bytes.
 */
#define LINE_SIZE 512

/* Appends a text of the tables, which needs no escapes, and returns the new end. */
static char *put_text(char *at, const char *before, const char *text)
{
	return stpcpy(stpcpy(stpcpy(at, before), text), "\"");
}

/* Prints all members but the arguments, and no closing bracket. */
static int print_call(FILE *out, enum machine machine, bool with_origin, const struct call *call,
		      struct error *err)
{
	const char *name = syscall_name(machine, call->abi, call->nr);
	char line[LINE_SIZE], time[STR_TIME_SIZE];
	char *at = line;

	at += sprintf(at, "{\"nr\": %u", call->nr);
	if (name)
		at = put_text(at, ", \"name\": \"", name);
	at = put_text(at, ", \"abi\": \"", abi_name(call->abi));
	if (with_origin)
		at = put_text(at, ", \"origin\": \"", origin_name(call->origin));
	if (call->first_seen) {
		str_format_time(time, call->first_seen);
		at = put_text(at, ", \"firstSeen\": \"", time);
	}
	fwrite(line, 1, at - line, out);
	return recording_print_process(out, call->process, err);
}

int recording_print_calls(FILE *out, unsigned int depth, enum machine machine, bool with_origin,
			  const struct call_set *calls, const struct argument_set *arguments,
			  struct error *err)
{
	size_t i, next = 0;
	int r;

	fputc('[', out);
	for (i = 0; i < calls->length; i++) {
		fputs(i ? "," : "", out);
		tree_print_indent(out, depth + 1);
		r = print_call(out, machine, with_origin, &calls->items[i], err);
		if (r == 0)
			r = recording_print_arguments(out, &calls->items[i], arguments, &next, err);
		if (r < 0)
			return r;
		fputc('}', out);
	}
	if (i)
		tree_print_indent(out, depth);
	fputc(']', out);
	return 0;
}
