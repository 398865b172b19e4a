// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/diff_describe.h"
#include "profile/diff_report.h"
#include "util/error.h"
#include "util/str.h"

/* GitHub takes comments of 65536 characters; what is longer ends with a remark. */
#define ROWS_MAX 150

static const char *const verdict_signs[] = {
	[DIFF_PASSES] = "✅",
	[DIFF_FAILS] = "❌",
	[DIFF_CANNOT_TELL] = "❓",
};

/* An underscore within a word is one; elsewhere it can be emphasis. */
static bool is_markup(const char *text, const char *c)
{
	if (*c == '_')
		return c == text || !isalnum((unsigned char)c[-1]) || !isalnum((unsigned char)c[1]);
	return strchr("\\`*[]<>#|~&", *c);
}

/* Text in which nothing is taken for markup, also in the cell of a table. */
static void print_plain(FILE *out, const char *text)
{
	_cleanup_free_ char *escaped = str_escape(text);
	const char *start = escaped ? escaped : "?", *c;

	for (c = start; *c; c++) {
		if (is_markup(start, c))
			fputc('\\', out);
		fputc(*c, out);
	}
}

static int print_detail(FILE *out, const char *before, const struct diff *diff,
			const struct change *change, enum change_detail detail, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int ret = change_describe(diff, change, detail, &text, err);

	if (text) {
		fputs(before, out);
		print_plain(out, text);
	}
	return ret;
}

static int print_row(FILE *out, const struct diff *diff, const struct change *change,
		     struct error *err)
{
	static const struct {
		enum change_detail detail;
		const char *before;
	} cells[] = {
		{ DETAIL_EFFECT, " | " },   { DETAIL_PURPOSE, " | " },	 { DETAIL_RISK, "<br>" },
		{ DETAIL_DEFAULT, "<br>" }, { DETAIL_EVIDENCE, "<br>" }, { DETAIL_IGNORED, "<br>" },
	};
	_cleanup_free_ char *architectures = change_architectures(change);
	size_t i;
	int ret = 0;

	if (!architectures)
		return error_nomem(err);
	fprintf(out, "| %s%s | **", change->fails ? "❌ " : "", change_kind_name(change->kind));
	print_plain(out, change_call(change));
	fputs("**<br>", out);
	print_plain(out, architectures);
	for (i = 0; i < sizeof(cells) / sizeof(cells[0]) && ret == 0; i++)
		ret = print_detail(out, cells[i].before, diff, change, cells[i].detail, err);
	fputs(" |\n", out);
	return ret;
}

/* The changes of the pair from the first on for which fails is as wanted. */
static int print_table(FILE *out, const struct diff *diff, const struct diff_pair *pair, bool fails,
		       size_t *rows, struct error *err)
{
	size_t i, left = 0;
	int ret = 0;

	fputs("| | System call | Effect | What it is |\n| --- | --- | --- | --- |\n", out);
	for (i = 0; i < pair->change_count && ret == 0; i++) {
		if (pair->changes[i].fails != fails)
			continue;
		if (*rows == ROWS_MAX)
			left++;
		else
			ret = print_row(out, diff, &pair->changes[i], err);
		*rows += *rows < ROWS_MAX;
	}
	if (left)
		fprintf(out, "\nand %zu more.\n", left);
	fputc('\n', out);
	return ret;
}

static void print_sentences(FILE *out, const char *sign, char *const *sentences, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		fprintf(out, "- %s", sign);
		print_plain(out, sentences[i]);
		fputc('\n', out);
	}
	if (count)
		fputc('\n', out);
}

/* What fails is there to be seen; the rest is folded away. */
static int print_pair(FILE *out, const struct diff *diff, const struct diff_pair *pair,
		      size_t *rows, struct error *err)
{
	size_t i, failing = 0, rest;
	int ret = 0;

	for (i = 0; i < pair->change_count; i++)
		failing += pair->changes[i].fails;
	rest = pair->change_count - failing;
	fputs("#### ", out);
	print_plain(out, pair->name);
	fputs("\n\n", out);
	print_sentences(out, "❓ ", pair->doubts, pair->doubt_count);
	print_sentences(out, "", pair->notes, pair->note_count);
	if (failing)
		ret = print_table(out, diff, pair, true, rows, err);
	if (ret < 0 || !rest)
		return ret;
	fprintf(out, "<details>\n<summary>%zu difference%s that do%s not fail</summary>\n\n", rest,
		rest == 1 ? "" : "s", rest == 1 ? "es" : "");
	ret = print_table(out, diff, pair, false, rows, err);
	fputs("</details>\n\n", out);
	return ret;
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
	int ret = 0;

	for (i = 0; i < count && ret == 0; i++) {
		_cleanup_free_ char *text = NULL;

		ret = diff_describe_entry(diff, i, &text, err);
		if (text) {
			fputs("- ⚠️ ", out);
			print_plain(out, text);
			fputc('\n', out);
		}
	}
	return ret;
}

static int print_comment(FILE *out, const struct diff *diff, struct error *err)
{
	size_t i, rows = 0;
	int ret = print_head(out, diff, err);

	for (i = 0; i < diff->pair_count && ret == 0; i++) {
		if (!pair_is_notable(&diff->pairs[i]))
			continue;
		if (rows == ROWS_MAX) {
			fputs("More profiles differ; the text report has them all.\n\n", out);
			break;
		}
		ret = print_pair(out, diff, &diff->pairs[i], &rows, err);
	}
	return ret < 0 ? ret : print_entries(out, diff, err);
}

int diff_report_markdown(const struct diff *diff, char **ret_text, struct error *err)
{
	return diff_report_print(diff, print_comment, ret_text, err);
}
