// SPDX-License-Identifier: Apache-2.0
#include "cli/run_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "json/builder.h"
#include "seccomp/violations.h"
#include "seccomp/scmp_arch.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"
#include "util/text_stream.h"

static const char *call_name(const struct violation *call, char name[SCMP_ARCH_CALL_SIZE])
{
	if (call->architecture)
		return scmp_arch_call_name(call->architecture, call->nr, name);
	snprintf(name, SCMP_ARCH_CALL_SIZE, "syscall_%" PRIu32, call->nr);
	return name;
}

static void print_call(FILE *out, const struct violation *call)
{
	char name[SCMP_ARCH_CALL_SIZE], effect[EFFECT_TEXT_SIZE];
	_cleanup_free_ char *process = str_escape(call->process);
	size_t i;

	fprintf(out, "  %s(", call_name(call, name));
	for (i = 0; i < ARGUMENT_COUNT; i++)
		fprintf(out, "%s0x%" PRIx64, i ? ", " : "", call->arguments[i]);
	fprintf(out, ") %" PRIu64 " %s, first by %s[%d]: %s", call->count,
		call->count == 1 ? "time" : "times", process ? process : "", (int)call->pid,
		effect_text(call->effect, effect));
	if (call->architecture != scmp_arch_native())
		fprintf(out, " (%s)",
			call->architecture ? call->architecture->name : "unknown architecture");
	fputc('\n', out);
}

int run_report_text(const struct violations *violations, char **ret_text, struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	size_t i;

	if (!out)
		return error_nomem(err);
	if (violations->length == 0)
		fputs("the profile allows every call that was made\n", out);
	else
		fprintf(out,
			"%zu system call%s that the profile does not allow, with the first "
			"arguments and the profile's answer:\n",
			violations->length, violations->length == 1 ? "" : "s");
	for (i = 0; i < violations->length; i++)
		print_call(out, &violations->items[i]);
	return text_stream_take(&stream, ret_text, err);
}

static json_t *call_json(struct builder *builder, const struct violation *call)
{
	char name[SCMP_ARCH_CALL_SIZE], text[EFFECT_TEXT_SIZE];
	json_t *object = builder_object(builder), *arguments = builder_array(builder);
	size_t i;

	for (i = 0; i < ARGUMENT_COUNT; i++) {
		/* In hexadecimal: most readers of JSON have no numbers of 64 bits. */
		snprintf(text, sizeof(text), "0x%" PRIx64, call->arguments[i]);
		builder_append(builder, arguments, tree_from_string(text));
	}
	builder_set_string(builder, object, "syscall", call_name(call, name));
	builder_set_number(builder, object, "nr", call->nr);
	builder_set_string(builder, object, "architecture",
			   call->architecture ? call->architecture->name : NULL);
	builder_set_string(builder, object, "effect", effect_text(call->effect, text));
	builder_set_number(builder, object, "count", call->count);
	builder_set(builder, object, "arguments", arguments);
	builder_set_string(builder, object, "process", call->process);
	builder_set_number(builder, object, "pid", call->pid);
	return object;
}

int run_report_json(const struct violations *violations, int exit_status, char **ret_text,
		    struct error *err)
{
	struct builder builder = {};
	_cleanup_json_ json_t *root = builder_object(&builder);
	json_t *calls = builder_array(&builder);
	size_t i;

	for (i = 0; i < violations->length; i++)
		builder_append(&builder, calls, call_json(&builder, &violations->items[i]));
	builder_set_number(&builder, root, "exitStatus", exit_status);
	builder_set(&builder, root, "outside", calls);
	return builder_text(&builder, root, ret_text, err);
}
