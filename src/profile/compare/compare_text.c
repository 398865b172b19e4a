// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/baseline/capability_effects.h"
#include "profile/compare/compare_report.h"
#include "syscalls/listing.h"
#include "syscalls/purpose.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"
#include "util/text_stream.h"

static void print_head(FILE *out, const struct compared *compared)
{
	const struct compare_report *report = &compared->report;
	size_t i;

	str_print_escaped(out, compared->name);
	if (strcmp(compared->name, compared->file) != 0) {
		fputs(" (", out);
		str_print_escaped(out, compared->file);
		if (compared->observations)
			fprintf(out, ", %zu observation%s", compared->observations,
				compared->observations == 1 ? "" : "s");
		fputc(')', out);
	}
	fputs("\n  compared with ", out);
	str_print_escaped(out, compared->baseline);
	fprintf(out, ", %s", compared->scmp_arch);
	if (compared->kernel) {
		fputs(", kernel ", out);
		str_print_escaped(out, compared->kernel);
	}
	fputc('\n', out);
	if (compared->base_profile) {
		fputs("  note: the operator merges the base profile ", out);
		str_print_escaped(out, compared->base_profile);
		fputs(" into it, which is not read: it may use more than this report shows\n", out);
	}
	if (compared->note) {
		fputs("  note: ", out);
		str_print_escaped(out, compared->note);
		fputc('\n', out);
	}
	if (compared->capabilities_matter) {
		struct paragraph paragraph = { out, 2 };

		paragraph_add(&paragraph,
			      compared->capabilities_assumed ? "capabilities (the usual ones, "
							       "because none are given):" :
							       "capabilities:",
			      compared->capability_count ? "" : " none");
		for (i = 0; i < compared->capability_count; i++)
			paragraph_add(&paragraph, compared->capabilities[i], "");
		paragraph_end(&paragraph);
	}
	fprintf(out, "  fits RuntimeDefault: %s; own profile removes %zu of %zu allowed calls\n",
		report->fits ? "yes" : "no", report->counts[FINDING_UNUSED], report->allowed);
}

static void put_capabilities(FILE *out, const struct finding *finding)
{
	if (!finding->capabilities)
		return;
	if (!finding->allowed)
		fputs("; allowed with ", out);
	else if (finding->condition)
		fputs("; with any arguments with ", out);
	else
		fputs("; allowed because of ", out);
	capabilities_print(out, finding->capabilities);
}

/* "; first by nginx at 2026-11-22T14:51:03.000000000Z in pod web-1" */
static void put_witness(FILE *out, const struct finding *finding)
{
	const struct call *call = finding->call;
	char time[STR_TIME_SIZE];

	if (!call || (!call->process[0] && !call->first_seen))
		return;
	fputs("; first", out);
	if (call->process[0]) {
		fputs(" by ", out);
		str_print_escaped(out, call->process);
	}
	if (call->first_seen) {
		str_format_time(time, call->first_seen);
		fprintf(out, " at %s", time);
	}
	if (finding->observation->pod_name) {
		fputs(" in pod ", out);
		str_print_escaped(out, finding->observation->pod_name);
	}
}

/* "; but it had AF_VSOCK (0x28) as argument 0, first by app at 2026-11-22T14:51:03Z" */
static void put_refused(FILE *out, const struct finding *finding)
{
	const struct refused_argument *refused = &finding->refused;
	char time[STR_TIME_SIZE];

	if (finding->refused_reason)
		fprintf(out, "; but %s", finding->refused_reason);
	if (!refused->known)
		return;
	fprintf(out,
		refused->flags ? "; but it had the flag %s in argument %u" :
				 "; but it had %s as argument %u",
		refused->text, refused->index);
	if (refused->value.process[0]) {
		fputs(", first by ", out);
		str_print_escaped(out, refused->value.process);
	}
	if (refused->value.first_seen) {
		str_format_time(time, refused->value.first_seen);
		fprintf(out, " at %s", time);
	}
}

static void put_finding(FILE *out, const struct finding *finding)
{
	const struct syscall_purpose *purpose = finding->purpose;

	fprintf(out, "%s: ", finding->name);
	if (!finding->counted)
		fprintf(out, "(%s) ", finding->scmp_arch);
	fputs(purpose->clause, out);
	if (finding->instead)
		fprintf(out, "; on ENOSYS, programs use %s", finding->instead);
	if (finding->condition)
		fprintf(out, "; allowed where %s", finding->condition);
	put_refused(out, finding);
	put_capabilities(out, finding);
	if (finding->kind == FINDING_DENIED)
		fprintf(out, "; the baseline %s",
			finding->allowed ? "would have allowed it" : "does not allow it either");
	else if (purpose->reason)
		fprintf(out, "; %s risk: %s", risk_level_name(purpose->risk), purpose->reason);
	put_witness(out, finding);
}

static void print_finding(FILE *out, const struct finding *finding)
{
	struct paragraph paragraph = { out, 4 };
	_cleanup_text_stream_ struct text_stream sentence = {};
	_cleanup_free_ char *text = NULL;

	if (text_stream_open(&sentence))
		put_finding(sentence.out, finding);
	text = text_stream_close(&sentence);
	paragraph_add(&paragraph, text ? text : finding->name, "");
	paragraph_end(&paragraph);
}

static void print_findings(FILE *out, const struct compare_report *report, enum finding_kind kind,
			   const char *heading)
{
	size_t i;

	if (!report->counts[kind])
		return;
	fprintf(out, "\n  %s: %zu\n", heading, report->counts[kind]);
	for (i = 0; i < report->length; i++)
		if (report->findings[i].kind == kind)
			print_finding(out, &report->findings[i]);
}

/* Prints the calls that the own profile removes: by risk with reasons, then all by purpose. */
static void print_unused(FILE *out, const struct compare_report *report)
{
	_cleanup_free_ struct listed_call *calls = calloc(report->length + 1, sizeof(*calls));
	size_t count = 0, i;
	int level;

	for (i = 0; calls && i < report->length; i++)
		if (report->findings[i].kind == FINDING_UNUSED)
			calls[count++] = (struct listed_call){ report->findings[i].name,
							       report->findings[i].purpose };
	if (!count)
		return;
	fprintf(out, "\n  allowed and never used: %zu\n", count);
	for (level = RISK_HIGH; level > RISK_LOW; level--) {
		size_t at_risk = listing_count_risk(calls, count, level);

		if (!at_risk)
			continue;
		fprintf(out, "    of %s risk (%zu):\n", risk_level_name(level), at_risk);
		listing_print_risks(out, 6, calls, count, level);
	}
	fputs("    by purpose:\n", out);
	listing_print_groups(out, 6, calls, count);
}

static void print_other_architectures(FILE *out, const struct compare_report *report)
{
	const char *const *scmp_arch = report->other_architectures;
	struct paragraph paragraph = { out, 2 };

	if (!scmp_arch || !*scmp_arch)
		return;
	fputc('\n', out);
	paragraph_add(&paragraph, "allowed and never used, every call of:", "");
	for (; *scmp_arch; scmp_arch++)
		paragraph_add(&paragraph, *scmp_arch, scmp_arch[1] ? "," : "");
	paragraph_end(&paragraph);
}

static void print_reasons(FILE *out, const struct compared *compared)
{
	size_t i;

	if (!compared->reason_count)
		return;
	fputs("\n  The recording is incomplete, so the container may use more:\n", out);
	for (i = 0; i < compared->reason_count; i++) {
		fputs("    - ", out);
		str_print_escaped(out, compared->reasons[i]);
		fputc('\n', out);
	}
}

static void print_compared(FILE *out, const struct compared *compared)
{
	const struct compare_report *report = &compared->report;

	print_head(out, compared);
	print_findings(out, report, FINDING_BREAKS,
		       "used but not allowed, so the container would "
		       "break");
	print_findings(out, report, FINDING_FALLBACK, "used but answered with ENOSYS");
	print_findings(out, report, FINDING_CONDITIONAL,
		       "used, but allowed only for some arguments or with a capability");
	print_findings(out, report, FINDING_DENIED, "attempted, but denied by a filter in force");
	print_unused(out, report);
	print_other_architectures(out, report);
	print_reasons(out, compared);
}

int compared_write_text(const struct compared *items, size_t count, char **ret_text,
			struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	size_t i;

	for (i = 0; out && i < count; i++) {
		fputs(i ? "\n" : "", out);
		print_compared(out, &items[i]);
	}
	return text_stream_take(&stream, ret_text, err);
}
