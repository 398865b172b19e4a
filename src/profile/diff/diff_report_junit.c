// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "profile/diff/diff_describe.h"
#include "profile/diff/diff_report.h"
#include "util/error.h"
#include "util/str.h"

/* Escapes control characters first, because XML cannot express most of them. */
static void print_xml(FILE *out, const char *text)
{
	_cleanup_free_ char *escaped = str_escape(text);
	const char *c;

	for (c = escaped ? escaped : "?"; *c; c++)
		switch (*c) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*c, out);
		}
}

static void open_case(FILE *out, const struct diff_pair *pair, const char *kind, const char *call,
		      const char *architectures)
{
	fputs("    <testcase classname=\"", out);
	print_xml(out, pair->name);
	fprintf(out, "\" name=\"%s ", kind);
	print_xml(out, call);
	if (architectures) {
		fputs(" (", out);
		print_xml(out, architectures);
		fputc(')', out);
	}
	fputs("\" time=\"0\"", out);
}

static int print_details(FILE *out, const struct diff *diff, const struct change *change,
			 struct error *err)
{
	int detail, r;

	for (detail = 0; detail < DETAIL_COUNT; detail++) {
		_cleanup_free_ char *text = NULL;

		r = change_describe(diff, change, detail, &text, err);
		if (r < 0)
			return r;
		if (!text)
			continue;
		print_xml(out, text);
		fputc('\n', out);
	}
	return 0;
}

/* A call can have several values, and every case needs a name of its own. */
static int name_change(const struct change *change, const char *effect, char **ret_name,
		       struct error *err)
{
	bool used = change->kind == CHANGE_USED;

	if (asprintf(ret_name, "%s%s%s", change_call(change), used ? ": " : "",
		     used ? effect : "") >= 0)
		return 0;
	*ret_name = NULL;
	return error_nomem(err);
}

static int print_change(FILE *out, const struct diff *diff, const struct diff_pair *pair,
			const struct change *change, struct error *err)
{
	_cleanup_free_ char *architectures = change_architectures(change);
	_cleanup_free_ char *effect = NULL, *name = NULL;
	int r;

	if (!architectures)
		return error_nomem(err);
	r = change_describe(diff, change, DETAIL_EFFECT, &effect, err);
	if (r == 0)
		r = name_change(change, effect, &name, err);
	if (r < 0)
		return r;
	open_case(out, pair, change_kind_name(change->kind), name, architectures);
	if (!change->fails) {
		fputs("/>\n", out);
		return 0;
	}
	fprintf(out, ">\n      <failure type=\"%s\" message=\"", change_kind_name(change->kind));
	print_xml(out, effect);
	fputs("\">", out);
	r = print_details(out, diff, change, err);
	fputs("</failure>\n    </testcase>\n", out);
	return r;
}

static void print_doubt(FILE *out, const struct diff_pair *pair, const char *doubt)
{
	open_case(out, pair, "cannot tell:", doubt, NULL);
	fputs(">\n      <error type=\"cannot-tell\" message=\"", out);
	print_xml(out, doubt);
	fputs("\"/>\n    </testcase>\n", out);
}

/* Prints what does not fail, for people: a case that passes has no text of its own. */
static int print_output(FILE *out, const struct diff *diff, const struct diff_pair *pair,
			struct error *err)
{
	size_t i;
	int r = 0;

	fputs("    <system-out>", out);
	for (i = 0; i < pair->note_count; i++) {
		print_xml(out, pair->notes[i]);
		fputc('\n', out);
	}
	for (i = 0; i < pair->change_count && r == 0; i++) {
		const struct change *change = &pair->changes[i];

		if (change->fails)
			continue;
		fprintf(out, "%s ", change_kind_name(change->kind));
		print_xml(out, change_call(change));
		fputs(":\n", out);
		r = print_details(out, diff, change, err);
	}
	fputs("</system-out>\n    <system-err></system-err>\n", out);
	return r;
}

static size_t count_failing(const struct diff_pair *pair)
{
	size_t i, count = 0;

	for (i = 0; i < pair->change_count; i++)
		count += pair->changes[i].fails;
	return count;
}

static int print_suite(FILE *out, const struct diff *diff, size_t id, struct error *err)
{
	const struct diff_pair *pair = &diff->pairs[id];
	size_t i, cases = pair->doubt_count + pair->change_count;
	int r = 0;

	fprintf(out, "  <testsuite package=\"recorder\" id=\"%zu\" name=\"", id);
	print_xml(out, pair->name);
	fprintf(out,
		"\" timestamp=\"%sT00:00:00\" hostname=\"localhost\" tests=\"%zu\" "
		"failures=\"%zu\" errors=\"%zu\" time=\"0\">\n"
		"    <properties>\n"
		"      <property name=\"version\" value=\"" RECORDER_VERSION "\"/>\n"
		"    </properties>\n",
		diff->options.today, cases ? cases : 1, count_failing(pair), pair->doubt_count);
	for (i = 0; i < pair->doubt_count; i++)
		print_doubt(out, pair, pair->doubts[i]);
	for (i = 0; i < pair->change_count && r == 0; i++)
		r = print_change(out, diff, pair, &pair->changes[i], err);
	if (cases == 0) {
		open_case(out, pair, "no", "difference", NULL);
		fputs("/>\n", out);
	}
	if (r == 0)
		r = print_output(out, diff, pair, err);
	fputs("  </testsuite>\n", out);
	return r;
}

static int print_suites(FILE *out, const struct diff *diff, struct error *err)
{
	size_t i;
	int r = 0;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
	for (i = 0; i < diff->pair_count && r == 0; i++)
		r = print_suite(out, diff, i, err);
	fputs("</testsuites>\n", out);
	return r;
}

int diff_report_junit(const struct diff *diff, char **ret_text, struct error *err)
{
	return diff_report_print(diff, print_suites, ret_text, err);
}
