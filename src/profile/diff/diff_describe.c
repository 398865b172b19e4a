// SPDX-License-Identifier: Apache-2.0
#include "profile/diff/diff_describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/baseline/capability_effects.h"
#include "syscalls/arguments.h"
#include "syscalls/purpose.h"
#include "util/error.h"
#include "util/str.h"
#include "util/text_stream.h"

const char *change_call(const struct change *change)
{
	return change->call ? change->call : "any other call";
}

static bool is_alike(const struct change *a, const struct change *b)
{
	size_t i;

	if (a->kind != CHANGE_EFFECT || b->kind != CHANGE_EFFECT || a->ignored || b->ignored ||
	    a->difference.arguments_matter || b->difference.arguments_matter ||
	    !effect_equal(a->difference.a, b->difference.a) ||
	    !effect_equal(a->difference.b, b->difference.b) ||
	    a->architecture_count != b->architecture_count)
		return false;
	for (i = 0; i < a->architecture_count; i++)
		if (strcmp(a->architectures[i], b->architectures[i]) != 0)
			return false;
	return true;
}

size_t pair_count_alike(const struct diff_pair *pair, size_t first)
{
	size_t end = first + 1;

	while (end < pair->change_count && is_alike(&pair->changes[first], &pair->changes[end]))
		end++;
	return end - first;
}

bool pair_is_notable(const struct diff_pair *pair)
{
	return pair->change_count || pair->note_count || pair->doubt_count;
}

static void print_arguments(FILE *out, const struct difference *difference)
{
	const char *separator = ", for example with ";
	unsigned int i;

	if (!difference->arguments_matter)
		return;
	for (i = 0; i < ARGUMENT_COUNT; i++) {
		if (!(difference->looked_at & 1u << i))
			continue;
		fprintf(out, "%sargument %u = 0x%" PRIx64, separator, i, difference->arguments[i]);
		separator = ", ";
	}
}

static void print_used(FILE *out, const struct change_value *used)
{
	const char *kind = used->row->kind == ARGUMENT_FLAGS ? "the flag " : "";
	char text[ARGUMENT_VALUE_TEXT_SIZE];

	fputs(used->denied ? "a filter denied it with " : "", out);
	fprintf(out, "argument %u", used->row->index);
	if (used->row->memory)
		fprintf(out, ", offset %u of its structure,", used->row->offset);
	if (used->any)
		fputs(" has more values than are kept", out);
	else
		fprintf(out, " = %s%s", kind,
			argument_value_text(used->machine, used->row, used->value, text));
	fputs(", which is new", out);
}

static void print_effect(FILE *out, const struct diff *diff, const struct change *change)
{
	const struct difference *difference = &change->difference;
	char before[EFFECT_TEXT_SIZE], after[EFFECT_TEXT_SIZE];

	if (change->kind == CHANGE_USED)
		print_used(out, &change->used);
	else if (change->one_sided && change->kind == CHANGE_ADDED)
		fprintf(out, "%s now", effect_text(difference->b, after));
	else if (change->one_sided)
		fprintf(out, "%s before", effect_text(difference->a, before));
	else
		fprintf(out, "%s before, %s now", effect_text(difference->a, before),
			effect_text(difference->b, after));
	print_arguments(out, difference);
}

static void print_purpose(FILE *out, const struct diff *diff, const struct change *change)
{
	if (change->call)
		fputs(change->purpose->clause, out);
	else
		fputs("system calls that recorder has no name for", out);
}

static void print_risk(FILE *out, const struct diff *diff, const struct change *change)
{
	if (change->kind > CHANGE_WIDENED)
		return;
	if (!change->call)
		fputs("high risk: new kernels bring new calls, and all of them are permitted", out);
	else if (change->purpose->risk != RISK_LOW)
		fprintf(out, "%s risk: %s", risk_level_name(change->purpose->risk),
			change->purpose->reason);
}

static void print_default(FILE *out, const struct diff *diff, const struct change *change)
{
	static const struct {
		const char *always;
		const char *with; /* comes before the capabilities that matter */
	} answers[] = {
		[DEFAULT_REFUSES] = { "does not allow it", "allows it only with " },
		[DEFAULT_CONDITIONAL] = { "allows it for some arguments",
					  "allows it for some arguments, and for more with " },
		[DEFAULT_PERMITS] = { "allows it", "allows it because of " },
	};
	const char **capabilities = change->default_capabilities;

	if (change->default_answer == DEFAULT_UNKNOWN)
		return;
	fprintf(out, "RuntimeDefault (%s) %s", change->default_label,
		capabilities ? answers[change->default_answer].with :
			       answers[change->default_answer].always);
	if (capabilities)
		capabilities_print(out, capabilities);
}

static void print_evidence(FILE *out, const struct diff *diff, const struct change *change)
{
	const struct change_evidence *evidence = &change->evidence;
	char time[STR_TIME_SIZE];

	if (evidence->observations == 0)
		return;
	if (change->kind == CHANGE_USED)
		fputs("first used ", out);
	else if (evidence->origin == ORIGIN_OBSERVED)
		fputs("first made ", out);
	else
		fprintf(out, "origin %s, ", origin_name(evidence->origin));
	if (evidence->process[0]) {
		fputs("by ", out);
		str_print_escaped(out, evidence->process);
		fputc(' ', out);
	}
	fputs("in ", out);
	str_print_escaped(out, evidence->container ? evidence->container : "an unnamed container");
	if (evidence->pod) {
		fputs(" (pod ", out);
		if (evidence->name_space) {
			str_print_escaped(out, evidence->name_space);
			fputc('/', out);
		}
		str_print_escaped(out, evidence->pod);
		fputc(')', out);
	}
	if (evidence->first_seen) {
		str_format_time(time, evidence->first_seen);
		fprintf(out, " at %s", time);
	}
	if (evidence->observations > 1)
		fprintf(out, ", and by %zu more container%s", evidence->observations - 1,
			evidence->observations > 2 ? "s" : "");
}

static void print_ignored(FILE *out, const struct diff *diff, const struct change *change)
{
	if (!change->ignored)
		return;
	fprintf(out, "ignored until %s: ", change->ignored->until);
	str_print_escaped(out, change->ignored->reason);
}

int change_describe(const struct diff *diff, const struct change *change, enum change_detail detail,
		    char **ret_text, struct error *err)
{
	static void (*const printers[])(FILE *, const struct diff *, const struct change *) = {
		[DETAIL_EFFECT] = print_effect,	    [DETAIL_PURPOSE] = print_purpose,
		[DETAIL_RISK] = print_risk,	    [DETAIL_DEFAULT] = print_default,
		[DETAIL_EVIDENCE] = print_evidence, [DETAIL_IGNORED] = print_ignored,
	};
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *text = NULL;
	int r;

	if (text_stream_open(&stream))
		printers[detail](stream.out, diff, change);
	r = text_stream_take(&stream, &text, err);
	if (r == 0)
		*ret_text = *text ? steal_pointer(&text) : NULL;
	return r;
}

char *change_architectures(const struct change *change)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	size_t i;

	for (i = 0; out && i < change->architecture_count; i++) {
		fputs(i ? ", " : "", out);
		str_print_escaped(out, change->architectures[i]);
	}
	return text_stream_close(&stream);
}

char *diff_summary(const size_t counts[CHANGE_KIND_COUNT])
{
	const char *separator = "";
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	int kind;

	for (kind = 0; out && kind < CHANGE_KIND_COUNT; kind++) {
		if (!counts[kind])
			continue;
		fprintf(out, "%s%zu %s", separator, counts[kind], change_kind_name(kind));
		separator = ", ";
	}
	if (out && !*separator)
		fputs("no difference", out);
	return text_stream_close(&stream);
}

void pair_count_changes(const struct diff_pair *pair, size_t ret_counts[CHANGE_KIND_COUNT])
{
	size_t i;

	for (i = 0; i < CHANGE_KIND_COUNT; i++)
		ret_counts[i] = 0;
	for (i = 0; i < pair->change_count; i++)
		ret_counts[pair->changes[i].kind]++;
}

char *diff_fail_on_text(const struct diff *diff)
{
	const char *separator = "";
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	size_t i;

	for (i = 0; out && i < diff_fail_on_name_count; i++) {
		if (!(diff->options.fail_on & diff_fail_on_names[i].bit))
			continue;
		fprintf(out, "%s%s", separator, diff_fail_on_names[i].name);
		separator = ", ";
	}
	return text_stream_close(&stream);
}

int diff_describe_entry(const struct diff *diff, size_t index, char **ret_text, struct error *err)
{
	const struct ignore_entry *entry = &diff->options.ignore->items[index];
	_cleanup_free_ char *name = str_escape(diff->options.ignore_name);
	_cleanup_free_ char *reason = str_escape(entry->reason);
	char *text = NULL;
	int r = 0;

	if (!name || !reason)
		return error_nomem(err);
	if (!diff->ignore_used[index])
		r = asprintf(&text, "%s:%u: %s: nothing to ignore; remove the line", name,
			     entry->line, entry->call);
	else if (ignore_entry_expired(entry, diff->options.today))
		r = asprintf(&text, "%s:%u: %s: no longer ignored since %s: %s", name, entry->line,
			     entry->call, entry->until, reason);
	if (r < 0)
		return error_nomem(err);
	*ret_text = text;
	return 0;
}

int diff_report_print(const struct diff *diff, diff_printer print, char **ret_text,
		      struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	int r = out ? print(out, diff, err) : 0;

	return r < 0 ? r : text_stream_take(&stream, ret_text, err);
}
