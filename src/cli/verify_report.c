// SPDX-License-Identifier: Apache-2.0
#include "cli/verify_report.h"

#include <string.h>

#include "seccomp/scmp_arch.h"
#include "seccomp/verify.h"
#include "util/array.h"

/* Checks that can have dozens of findings in a profile, with a text that sums them up. */
static const struct {
	const char *check;
	const char *sum; /* after "12 calls" */
} sums[] = {
	{ "fallback", "are refused, but not with ENOSYS, so programs do not fall back to older "
		      "calls" },
	{ "multiplexer", "are refused, but can be made through socketcall or ipc" },
	{ "risk", "that can undo confinement are allowed" },
	{ "unresolved", "are not enforced, because this libseccomp does not know them" },
};

#define WIDTH 100
#define INDENT 11 /* strlen("  warning: ") */

static void print_architectures(FILE *out, char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		fprintf(out, "%s%s", i ? ", " : "", names[i]);
}

/* Prints a finding. Names its architectures unless it holds on all. */
static void print_finding(FILE *out, const struct finding *finding, size_t architectures)
{
	fprintf(out, "  %s: %s", severity_name(finding->severity), finding->message);
	if (finding->architecture_count && finding->architecture_count < architectures) {
		fputs(" (", out);
		print_architectures(out, finding->architectures, finding->architecture_count);
		fputc(')', out);
	}
	fprintf(out, " [%s]\n", finding->check);
}

/* The text that sums up the findings of this check, or NULL. */
static const char *sum_of(const struct finding *finding)
{
	size_t i;

	for (i = 0; finding->call && i < array_size(sums); i++)
		if (strcmp(finding->check, sums[i].check) == 0)
			return sums[i].sum;
	return NULL;
}

static bool same_sum(const struct finding *a, const struct finding *b)
{
	return a->severity == b->severity && strcmp(a->check, b->check) == 0;
}

/* Prints the calls of all findings of the same check, on lines of their own. */
static void print_calls(FILE *out, const struct findings *findings, const struct finding *first)
{
	size_t i, column = WIDTH;

	for (i = 0; i < findings->length; i++) {
		const struct finding *finding = &findings->items[i];
		size_t length = strlen(finding->call ? finding->call : "");

		if (!same_sum(finding, first))
			continue;
		if (column + length + 2 > WIDTH)
			column = fprintf(out, "\n%*s", INDENT, "") - 1;
		column += fprintf(out, " %s", finding->call);
	}
	fputc('\n', out);
}

/*
 * Prints all findings of a check together, when index is the first of them, and nothing for the
 * others. False if there is only one, or if the check has no sum.
 */
static bool print_sum(FILE *out, const struct findings *findings, size_t index)
{
	const struct finding *first = &findings->items[index];
	const char *sum = sum_of(first);
	size_t i, count = 0;

	for (i = 0; sum && i < findings->length; i++) {
		if (!same_sum(&findings->items[i], first))
			continue;
		if (i < index)
			return true;
		count++;
	}
	if (count < 2)
		return false;
	fprintf(out, "  %s: %zu calls %s [%s]:", severity_name(first->severity), count, sum,
		first->check);
	print_calls(out, findings, first);
	return true;
}

static void print_proof(FILE *out, const struct verification *verification)
{
	const struct scmp_arch_set *set = &verification->architectures;
	size_t i;

	fputs(!verification->compiled ? "no filter can be made for " :
	      !verification->proven   ? "the filter does not do what the profile says on " :
					"the filter does what the profile says on ",
	      out);
	for (i = 0; i < set->length; i++)
		fprintf(out, "%s%s", i ? ", " : "", set->items[i]->name);
	if (verification->compiled)
		fprintf(out,
			"\n  %zu instructions, at most %zu for a call; tried with %zu numbers and "
			"%zu sets of arguments",
			verification->instructions, verification->longest, verification->calls,
			verification->runs);
	fputc('\n', out);
}

void verify_print(FILE *out, const char *name, const struct verification *verification,
		  bool verbose)
{
	const struct findings *findings = &verification->findings;
	size_t i;

	fprintf(out, "%s: ", name);
	print_proof(out, verification);
	for (i = 0; i < findings->length; i++)
		if (verbose || !print_sum(out, findings, i))
			print_finding(out, &findings->items[i], verification->architectures.length);
}

static json_t *findings_json(struct builder *builder, const struct findings *findings)
{
	json_t *array = builder_array(builder);
	size_t i;

	for (i = 0; i < findings->length; i++) {
		const struct finding *finding = &findings->items[i];
		json_t *object = builder_object(builder);

		builder_set_string(builder, object, "severity", severity_name(finding->severity));
		builder_set_string(builder, object, "check", finding->check);
		builder_set_string(builder, object, "syscall", finding->call);
		builder_set_unless_empty(builder, object, "architectures",
					 builder_strings(builder, finding->architectures,
							 finding->architecture_count));
		builder_set_string(builder, object, "message", finding->message);
		builder_append(builder, array, object);
	}
	return array;
}

json_t *verify_json(struct builder *builder, const char *name,
		    const struct verification *verification)
{
	const struct scmp_arch_set *set = &verification->architectures;
	json_t *object = builder_object(builder), *names = builder_array(builder);
	size_t i;

	for (i = 0; i < set->length; i++)
		builder_append(builder, names, tree_from_string(set->items[i]->name));
	builder_set_string(builder, object, "name", name);
	builder_set(builder, object, "ok", json_boolean(verification_ok(verification)));
	builder_set(builder, object, "proven", json_boolean(verification->proven));
	builder_set(builder, object, "architectures", names);
	builder_set_number(builder, object, "instructions", verification->instructions);
	builder_set_number(builder, object, "longestPath", verification->longest);
	builder_set_number(builder, object, "callsTried", verification->calls);
	builder_set_number(builder, object, "runs", verification->runs);
	builder_set(builder, object, "findings", findings_json(builder, &verification->findings));
	return object;
}
