// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "profile/diff/diff_describe.h"
#include "profile/diff/diff_report.h"
#include "util/error.h"
#include "util/str.h"

/* Prints changes that differ only in the call. */
static int print_changes(FILE *out, const struct diff *diff, const struct change *changes,
			 size_t count, struct error *err)
{
	_cleanup_free_ char *architectures = change_architectures(changes);
	size_t i;
	int detail, r;

	if (!architectures)
		return error_nomem(err);
	fprintf(out, "  %-8s ", change_kind_name(changes->kind));
	for (i = 0; i < count; i++) {
		fputs(i ? ", " : "", out);
		str_print_escaped(out, change_call(&changes[i]));
	}
	fprintf(out, " (%s)%s\n", architectures, changes->fails ? "  FAILS" : "");
	for (detail = 0; detail < DETAIL_COUNT; detail++) {
		_cleanup_free_ char *text = NULL;

		if (count > 1 && detail == DETAIL_PURPOSE)
			continue;
		r = change_describe(diff, changes, detail, &text, err);
		if (r < 0)
			return r;
		if (text)
			fprintf(out, "           %s\n", text);
	}
	return 0;
}

static void print_sentences(FILE *out, const char *label, char *const *sentences, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		fprintf(out, "  %-8s ", label);
		str_print_escaped(out, sentences[i]);
		fputc('\n', out);
	}
}

static int print_pair(FILE *out, const struct diff *diff, const struct diff_pair *pair,
		      struct error *err)
{
	size_t i, count;
	int r = 0;

	str_print_escaped(out, pair->name);
	fputs(":\n", out);
	print_sentences(out, "doubt", pair->doubts, pair->doubt_count);
	print_sentences(out, "note", pair->notes, pair->note_count);
	for (i = 0; i < pair->change_count && r == 0; i += count) {
		count = pair_count_alike(pair, i);
		r = print_changes(out, diff, &pair->changes[i], count, err);
	}
	fputc('\n', out);
	return r;
}

static int print_entries(FILE *out, const struct diff *diff, struct error *err)
{
	size_t i, count = diff->options.ignore ? diff->options.ignore->length : 0;
	int r;

	for (i = 0; i < count; i++) {
		_cleanup_free_ char *text = NULL;

		r = diff_describe_entry(diff, i, &text, err);
		if (r < 0)
			return r;
		if (text)
			fprintf(out, "%s\n", text);
	}
	return 0;
}

/* "fails: 2 added; 1 fails, 1 ignored; 3 profiles compared, failing on added, widened" */
static int print_verdict(FILE *out, const struct diff *diff, struct error *err)
{
	_cleanup_free_ char *summary = diff_summary(diff->counts);
	_cleanup_free_ char *fail_on = diff_fail_on_text(diff);

	if (!summary || !fail_on)
		return error_nomem(err);
	fprintf(out, "%s: %s", diff_verdict_name(diff->verdict), summary);
	if (diff->failing || diff->ignored)
		fprintf(out, "; %zu fail%s, %zu ignored", diff->failing,
			diff->failing == 1 ? "s" : "", diff->ignored);
	fprintf(out, "; %zu profile%s compared, failing on %s\n", diff->pair_count,
		diff->pair_count == 1 ? "" : "s", *fail_on ? fail_on : "nothing");
	return 0;
}

static int print_diff(FILE *out, const struct diff *diff, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < diff->pair_count && r == 0; i++)
		if (pair_is_notable(&diff->pairs[i]))
			r = print_pair(out, diff, &diff->pairs[i], err);
	if (r == 0)
		r = print_entries(out, diff, err);
	return r < 0 ? r : print_verdict(out, diff, err);
}

int diff_report_text(const struct diff *diff, char **ret_text, struct error *err)
{
	return diff_report_print(diff, print_diff, ret_text, err);
}
