// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "profile/diff/diff_describe.h"
#include "profile/diff/diff_report.h"
#include "util/error.h"
#include "util/markdown.h"

/* GitHub accepts comments of up to 65536 characters. No row is added beyond this many bytes. */
#define ROOM 60000

static const char *const verdict_signs[] = {
	[DIFF_PASSES] = "✅",
	[DIFF_FAILS] = "❌",
	[DIFF_CANNOT_TELL] = "❓",
};

static int print_detail(FILE *out, const char *before, const struct diff *diff,
			const struct change *change, enum change_detail detail, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = change_describe(diff, change, detail, &text, err);

	if (text) {
		fputs(before, out);
		markdown_print(out, text);
	}
	return r;
}

/* Prints a row for changes that differ only in the call. */
static int print_row(FILE *out, const struct diff *diff, const struct change *changes, size_t count,
		     struct error *err)
{
	static const struct {
		enum change_detail detail;
		const char *before;
	} cells[] = {
		{ DETAIL_EFFECT, " | " },   { DETAIL_PURPOSE, " | " },	 { DETAIL_RISK, "<br>" },
		{ DETAIL_DEFAULT, "<br>" }, { DETAIL_EVIDENCE, "<br>" }, { DETAIL_IGNORED, "<br>" },
	};
	_cleanup_free_ char *architectures = change_architectures(changes);
	size_t i;
	int r = 0;

	if (!architectures)
		return error_nomem(err);
	fprintf(out, "| %s%s |", changes->fails ? "❌ " : "", change_kind_name(changes->kind));
	for (i = 0; i < count; i++) {
		fputs(i ? ", **" : " **", out);
		markdown_print(out, change_call(&changes[i]));
		fputs("**", out);
	}
	fputs("<br>", out);
	markdown_print(out, architectures);
	for (i = 0; i < sizeof(cells) / sizeof(cells[0]) && r == 0; i++)
		if (count > 1 && cells[i].detail == DETAIL_PURPOSE)
			fputs(" | ", out);
		else
			r = print_detail(out, cells[i].before, diff, changes, cells[i].detail, err);
	fputs(" |\n", out);
	return r;
}

/* A comment that is being printed. */
struct comment {
	FILE *out;
	const struct diff *diff;
	size_t left_out; /* differences for which there was no room */
};

static bool has_room(const struct comment *comment)
{
	return ftell(comment->out) < ROOM;
}

static size_t count_changes(const struct diff_pair *pair, bool fails)
{
	size_t i, count = 0;

	for (i = 0; i < pair->change_count; i++)
		count += pair->changes[i].fails == fails;
	return count;
}

/* Prints the changes of a pair that fail, or those that do not. */
static int print_table(struct comment *comment, const struct diff_pair *pair, bool fails,
		       struct error *err)
{
	size_t i, count;
	int r = 0;

	fputs("| | System call | Effect | What it is |\n| --- | --- | --- | --- |\n", comment->out);
	for (i = 0; i < pair->change_count && r == 0; i += count) {
		count = pair_count_alike(pair, i);
		if (pair->changes[i].fails != fails)
			continue;
		if (has_room(comment))
			r = print_row(comment->out, comment->diff, &pair->changes[i], count, err);
		else
			comment->left_out += count;
	}
	fputc('\n', comment->out);
	return r;
}

static void print_sentences(FILE *out, const char *sign, char *const *sentences, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		fprintf(out, "- %s", sign);
		markdown_print(out, sentences[i]);
		fputc('\n', out);
	}
	if (count)
		fputc('\n', out);
}

/* Prints what needs attention in a pair: the changes that fail, and the doubts. */
static int print_failing(struct comment *comment, const struct diff_pair *pair, struct error *err)
{
	size_t count = count_changes(pair, true);

	if (!count && !pair->doubt_count)
		return 0;
	if (!has_room(comment)) {
		comment->left_out += count;
		return 0;
	}
	fputs("#### ", comment->out);
	markdown_print(comment->out, pair->name);
	fputs("\n\n", comment->out);
	print_sentences(comment->out, "❓ ", pair->doubts, pair->doubt_count);
	return count ? print_table(comment, pair, true, err) : 0;
}

static int print_harmless(struct comment *comment, const struct diff_pair *pair, struct error *err)
{
	size_t count = count_changes(pair, false);

	if (!count && !pair->note_count)
		return 0;
	if (!has_room(comment)) {
		comment->left_out += count;
		return 0;
	}
	fputs("**", comment->out);
	markdown_print(comment->out, pair->name);
	fputs("**\n\n", comment->out);
	print_sentences(comment->out, "", pair->notes, pair->note_count);
	return count ? print_table(comment, pair, false, err) : 0;
}

/* Prints what does not fail in a section that is folded away. */
static int print_all_harmless(struct comment *comment, struct error *err)
{
	const struct diff *diff = comment->diff;
	size_t i, count = 0, notes = 0;
	int r = 0;

	for (i = 0; i < diff->pair_count; i++) {
		count += count_changes(&diff->pairs[i], false);
		notes += diff->pairs[i].note_count;
	}
	if (!count && !notes)
		return 0;
	fprintf(comment->out,
		"<details>\n<summary>%zu difference%s that do%s not fail</summary>\n\n", count,
		count == 1 ? "" : "s", count == 1 ? "es" : "");
	for (i = 0; i < diff->pair_count && r == 0; i++)
		r = print_harmless(comment, &diff->pairs[i], err);
	fputs("</details>\n\n", comment->out);
	return r;
}

static int print_head(FILE *out, const struct diff *diff, struct error *err)
{
	_cleanup_free_ char *summary = diff_summary(diff->counts);
	_cleanup_free_ char *fail_on = diff_fail_on_text(diff);

	if (!summary || !fail_on)
		return error_nomem(err);
	fprintf(out, "### %s `recorder diff` %s: %s\n\n", verdict_signs[diff->verdict],
		diff_verdict_name(diff->verdict), summary);
	fprintf(out, "%zu profile%s compared; %zu difference%s fail%s", diff->pair_count,
		diff->pair_count == 1 ? "" : "s", diff->failing, diff->failing == 1 ? "" : "s",
		diff->failing == 1 ? "s" : "");
	if (*fail_on)
		fprintf(out, " (on %s)", fail_on);
	if (diff->ignored)
		fprintf(out, ", %zu ignored", diff->ignored);
	fputs(".\n\n", out);
	return 0;
}

static int print_entries(FILE *out, const struct diff *diff, struct error *err)
{
	size_t i, count = diff->options.ignore ? diff->options.ignore->length : 0;
	int r = 0;

	for (i = 0; i < count && r == 0; i++) {
		_cleanup_free_ char *text = NULL;

		r = diff_describe_entry(diff, i, &text, err);
		if (text) {
			fputs("- ⚠️ ", out);
			markdown_print(out, text);
			fputc('\n', out);
		}
	}
	return r;
}

static int print_comment(FILE *out, const struct diff *diff, struct error *err)
{
	struct comment comment = { .out = out, .diff = diff };
	size_t i;
	int r = print_head(out, diff, err);

	for (i = 0; i < diff->pair_count && r == 0; i++)
		r = print_failing(&comment, &diff->pairs[i], err);
	if (r == 0)
		r = print_all_harmless(&comment, err);
	if (comment.left_out)
		fprintf(out, "There is no room for %zu more: the text report has them all.\n\n",
			comment.left_out);
	return r < 0 ? r : print_entries(out, diff, err);
}

int diff_report_markdown(const struct diff *diff, char **ret_text, struct error *err)
{
	return diff_report_print(diff, print_comment, ret_text, err);
}
