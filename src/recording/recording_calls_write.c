// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_calls.h"

#include <string.h>

#include "json/builder.h"
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

static bool needs_escapes(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
			return true;
	return false;
}

/* A process chooses its own name, so the name may need escapes. */
static int print_process(FILE *out, const char *process, struct error *err)
{
	_cleanup_json_ json_t *text = NULL;

	fputs(", \"process\": ", out);
	if (!needs_escapes(process)) {
		fputc('"', out);
		fputs(process, out);
		fputc('"', out);
		return 0;
	}
	text = tree_from_string(process);
	return !text || json_dumpf(text, out, JSON_ENCODE_ANY) < 0 ? error_nomem(err) : 0;
}

static int print_call(FILE *out, enum machine machine, bool with_origin, const struct call *call,
		      struct error *err)
{
	const char *name = syscall_name(machine, call->abi, call->nr);
	char line[LINE_SIZE], time[STR_TIME_SIZE];
	char *at = line;
	int r = 0;

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
	if (call->process[0])
		r = print_process(out, call->process, err);
	fputc('}', out);
	return r;
}

int recording_print_calls(FILE *out, unsigned int depth, enum machine machine, bool with_origin,
			  const struct call_set *calls, struct error *err)
{
	size_t i;
	int r;

	fputc('[', out);
	for (i = 0; i < calls->length; i++) {
		fputs(i ? "," : "", out);
		tree_print_indent(out, depth + 1);
		r = print_call(out, machine, with_origin, &calls->items[i], err);
		if (r < 0)
			return r;
	}
	if (i)
		tree_print_indent(out, depth);
	fputc(']', out);
	return 0;
}
