// SPDX-License-Identifier: Apache-2.0
#include "recording/explain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/evidence.h"
#include "recording/explain_arguments.h"
#include "syscalls/fallbacks.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"
#include "util/text_stream.h"

static const char *const origin_meanings[ORIGIN_COUNT] = {
	[ORIGIN_OBSERVED] = "the workload made it",
	[ORIGIN_RUNTIME] = "the runtime makes it between loading the filter and execve",
	[ORIGIN_IMPLIED] = "the kernel or the vDSO can make it happen",
};

static void print_labelled(FILE *out, const char *label, const char *text)
{
	if (!text)
		return;
	fprintf(out, ", %s ", label);
	str_print_escaped(out, text);
}

/* "nginx, id 0123, namespace default, pod web-1, node n1, runtime runc, version 1.1.5:" */
static void print_subject(FILE *out, const struct observation *observation)
{
	str_print_escaped(out,
			  observation->container_name ? observation->container_name : "unnamed");
	print_labelled(out, "id", observation->container_id);
	print_labelled(out, "namespace", observation->pod_namespace);
	print_labelled(out, "pod", observation->pod_name);
	print_labelled(out, "node", observation->node);
	print_labelled(out, "runtime", observation->runtime);
	print_labelled(out, "version", observation->runtime_version);
	print_labelled(out, "engine", observation->engine);
	print_labelled(out, "version", observation->engine_version);
	if (observation->folded)
		fprintf(out, ", and %" PRIu64 " more like it", observation->folded);
	fputs(":\n", out);
}

/* ", first at 2026-11-22T14:51:03.000000000Z by nginx" */
static void print_first_seen(FILE *out, const struct call *call)
{
	char time[STR_TIME_SIZE];

	if (!call->first_seen && !call->process[0])
		return;
	fputs(", first", out);
	if (call->first_seen) {
		str_format_time(time, call->first_seen);
		fprintf(out, " at %s", time);
	}
	if (call->process[0]) {
		fputs(" by ", out);
		str_print_escaped(out, call->process);
	}
}

static void print_evidence(FILE *out, const struct evidence *evidence)
{
	const struct observation *observation = evidence->observation;
	const struct call *call = evidence->call;
	char buffer[SYSCALL_NAME_SIZE];

	fprintf(out, "  %s, number %u of %s (%s): ",
		syscall_name_or_number(observation->machine, call->abi, call->nr, buffer), call->nr,
		abi_scmp_arch(observation->machine, call->abi), abi_name(call->abi));
	if (evidence->denied)
		fputs("denied: attempted, and stopped by a filter in force", out);
	else
		fprintf(out, "%s: %s", origin_name(call->origin), origin_meanings[call->origin]);
	print_first_seen(out, call);
	fputc('\n', out);
	explain_arguments(out, evidence);
}

static void print_found(FILE *out, const struct evidence_list *list)
{
	size_t i;

	for (i = 0; i < list->length; i++) {
		if (i == 0 || list->items[i].observation != list->items[i - 1].observation)
			print_subject(out, list->items[i].observation);
		print_evidence(out, &list->items[i]);
	}
}

/* Prints what the absence of a call from the recording means. */
static void print_missing(FILE *out, const struct recording *recording, const char *syscall,
			  char *const *reasons, size_t reason_count)
{
	const struct fallback *fallback = fallback_find(syscall);
	size_t i;

	str_print_escaped(out, syscall);
	fprintf(out, ": never seen in %zu observation%s.\n", recording->observation_count,
		recording->observation_count == 1 ? "" : "s");
	if (recording->observation_count == 0)
		fputs("Nothing was observed, so this proves nothing.\n", out);
	else if (recording_complete(recording))
		fputs("The recording is complete: what ran did not make this call.\n", out);
	else
		fputs("The recording is incomplete, so the call may have been made nevertheless:\n",
		      out);
	for (i = 0; i < reason_count; i++) {
		fputs("  - ", out);
		str_print_escaped(out, reasons[i]);
		fputc('\n', out);
	}
	if (fallback)
		fprintf(out,
			"A profile answers it with ENOSYS, and programs that try it use %s "
			"instead.\n",
			fallback->instead);
}

int recording_explain(const struct recording *recording, const char *syscall, char **ret_text,
		      bool *ret_found, struct error *err)
{
	_cleanup_(evidence_list_finish) struct evidence_list list = {};
	_cleanup_text_stream_ struct text_stream stream = {};
	char **reasons = NULL;
	size_t reason_count = 0;
	FILE *out;
	int r;

	if ((r = evidence_collect(recording, syscall, &list, err)) < 0 ||
	    (r = incompleteness_reasons(recording, &reasons, &reason_count, err)) < 0)
		return r;
	out = text_stream_open(&stream);
	if (out) {
		if (list.length)
			print_found(out, &list);
		else
			print_missing(out, recording, syscall, reasons, reason_count);
	}
	string_set_free(reasons, reason_count);
	r = text_stream_take(&stream, ret_text, err);
	if (r == 0)
		*ret_found = list.length > 0;
	return r;
}
