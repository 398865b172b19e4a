// SPDX-License-Identifier: Apache-2.0
#include "profile/diff/diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/diff/diff_pair.h"
#include "recording/evidence.h"
#include "syscalls/syscalls.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

static const char *const kind_names[CHANGE_KIND_COUNT] = {
	[CHANGE_ADDED] = "added",	[CHANGE_WIDENED] = "widened", [CHANGE_REMOVED] = "removed",
	[CHANGE_NARROWED] = "narrowed", [CHANGE_EFFECT] = "changed",  [CHANGE_USED] = "used",
};

static const char *const verdict_names[] = {
	[DIFF_PASSES] = "passes",
	[DIFF_FAILS] = "fails",
	[DIFF_CANNOT_TELL] = "cannot tell",
};

const struct diff_fail_on_name diff_fail_on_names[] = {
	{ "added", FAIL_ON_ADDED }, { "widened", FAIL_ON_WIDENED }, { "removed", FAIL_ON_REMOVED },
	{ "risky", FAIL_ON_RISKY }, { "used", FAIL_ON_USED },
};

const size_t diff_fail_on_name_count = array_size(diff_fail_on_names);

const char *change_kind_name(enum change_kind kind)
{
	return kind_names[kind];
}

const char *diff_verdict_name(enum diff_verdict verdict)
{
	return verdict_names[verdict];
}

int diff_fail_on_parse(const char *text, unsigned int *ret_fail_on, struct error *err)
{
	_cleanup_free_ char *copy = strdup(text);
	char *word, *rest = copy;
	unsigned int bits = 0;
	size_t i;

	if (!copy)
		return error_nomem(err);
	while ((word = strsep(&rest, ","))) {
		for (i = 0; i < diff_fail_on_name_count; i++)
			if (strcmp(diff_fail_on_names[i].name, word) == 0)
				break;
		if (i == diff_fail_on_name_count)
			return error_set(err, EINVAL,
					 "'%s' is not one of added|widened|removed|risky|used",
					 word);
		bits |= diff_fail_on_names[i].bit;
	}
	*ret_fail_on = bits;
	return 0;
}

int diff_create(const struct diff_options *options, struct diff **ret_diff, struct error *err)
{
	_cleanup_diff_ struct diff *diff = calloc(1, sizeof(*diff));

	if (!diff)
		return error_nomem(err);
	diff->options = *options;
	if (options->ignore) {
		diff->ignore_used = calloc(options->ignore->length + 1, sizeof(*diff->ignore_used));
		if (!diff->ignore_used)
			return error_nomem(err);
	}
	*ret_diff = steal_pointer(&diff);
	return 0;
}

void diff_destroy(struct diff *diff)
{
	size_t i;

	if (!diff)
		return;
	for (i = 0; i < diff->pair_count; i++)
		diff_pair_finish(&diff->pairs[i]);
	free(diff->pairs);
	free(diff->ignore_used);
	free(diff);
}

static int compare_on(struct diff_pair *pair, const char *scmp_arch, const struct profile *old,
		      const struct profile *new, struct error *err)
{
	_cleanup_semantics_ struct semantics *before = NULL, *after = NULL;
	_cleanup_error_ struct error reason = ERROR_INIT;
	struct pair_visit visit = { .pair = pair, .scmp_arch = scmp_arch };
	int r;

	if ((r = semantics_create(old, scmp_arch, &before, &reason)) == 0 &&
	    (r = semantics_create(new, scmp_arch, &after, &reason)) == 0) {
		visit.old_default = semantics_default(before);
		visit.new_default = semantics_default(after);
		r = semantics_visit_differences(before, after, pair_add_change, &visit, &reason);
	}
	if (r == -E2BIG)
		return pair_add_doubt(pair, err, "%s: %s", scmp_arch, error_message(&reason));
	return r < 0 ? error_set(err, -r, "%s", error_message(&reason)) : 0;
}

static int compare_architectures(struct diff_pair *pair, const struct diff_side *old,
				 const struct diff_side *new, struct error *err)
{
	/* Stands in for a missing side. */
	_cleanup_profile_ struct profile *nothing = profile_create(ACTION_KILL_PROCESS);
	const struct profile *before = old->path ? old->profile : nothing;
	const struct profile *after = new->path ? new->profile : nothing;
	const char *native = abi_scmp_arch(machine_native(), ABI_NATIVE);
	char **architectures = NULL;
	size_t count = 0, i;
	int r = 0;

	if (!nothing)
		return error_nomem(err);
	if (old->path)
		r = profile_collect_architectures(before, native, &architectures, &count, err);
	if (new->path && r == 0)
		r = profile_collect_architectures(after, native, &architectures, &count, err);
	for (i = 0; i < count && r == 0; i++)
		r = compare_on(pair, architectures[i], before, after, err);
	string_set_free(architectures, count);
	return r;
}

static int compare_values(struct diff_pair *pair, const struct diff_side *old,
			  const struct diff_side *new, struct error *err)
{
	if (!old->recording || !new->recording)
		return 0;
	return pair_add_values(pair, old->recording, new->recording, err);
}

static int doubt_recording(struct diff_pair *pair, const char *side,
			   const struct recording *recording, struct error *err)
{
	char **reasons = NULL;
	size_t count = 0, i;
	int r;

	if (!recording || recording_complete(recording))
		return 0;
	r = incompleteness_reasons(recording, &reasons, &count, err);
	for (i = 0; i < count && r == 0; i++)
		r = pair_add_doubt(pair, err, "the %s recording is not complete: %s", side,
				   reasons[i]);
	string_set_free(reasons, count);
	return r;
}

static bool bit_fails(unsigned int fail_on, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_ADDED:
		return fail_on & FAIL_ON_ADDED || (change->risky && fail_on & FAIL_ON_RISKY);
	case CHANGE_WIDENED:
		return fail_on & FAIL_ON_WIDENED || (change->risky && fail_on & FAIL_ON_RISKY);
	case CHANGE_REMOVED:
		return fail_on & FAIL_ON_REMOVED;
	case CHANGE_USED:
		return fail_on & FAIL_ON_USED;
	default:
		return false;
	}
}

/* Decides whether the change fails or is ignored, and counts it. */
static void judge_change(struct diff *diff, struct change *change)
{
	const struct ignore_list *list = diff->options.ignore;
	const struct ignore_entry *entry = NULL;

	if (list && change->call)
		entry = ignore_list_find(list, change->call);
	if (entry)
		diff->ignore_used[entry - list->items] = true;
	if (entry && !ignore_entry_expired(entry, diff->options.today))
		change->ignored = entry;
	change->fails = !change->ignored && bit_fails(diff->options.fail_on, change);
	diff->counts[change->kind]++;
	diff->failing += change->fails;
	diff->ignored += change->ignored != NULL;
}

static int take_pair(struct diff *diff, struct diff_pair *pair, struct error *err)
{
	struct diff_pair *grown = array_grow(diff->pairs, diff->pair_count, sizeof(*grown));
	size_t i;

	if (!grown)
		return error_nomem(err);
	diff->pairs = grown;
	for (i = 0; i < pair->change_count; i++)
		judge_change(diff, &pair->changes[i]);
	if (pair->doubt_count)
		diff->verdict = DIFF_CANNOT_TELL;
	else if (diff->failing && diff->verdict == DIFF_PASSES)
		diff->verdict = DIFF_FAILS;
	grown[diff->pair_count++] = *pair;
	*pair = (struct diff_pair){};
	return 0;
}

int diff_add(struct diff *diff, const char *name, const struct diff_side *old,
	     const struct diff_side *new, struct error *err)
{
	_cleanup_(diff_pair_finish) struct diff_pair pair = {};
	int r;

	if ((r = diff_pair_init(&pair, name, old, new, err)) < 0 ||
	    (r = compare_architectures(&pair, old, new, err)) < 0 ||
	    (r = doubt_recording(&pair, "old", old->recording, err)) < 0 ||
	    (r = doubt_recording(&pair, "new", new->recording, err)) < 0 ||
	    (r = pair_add_notes(&pair, old, new, err)) < 0 ||
	    (r = compare_values(&pair, old, new, err)) < 0 ||
	    (r = pair_sort_changes(&pair, err)) < 0 ||
	    (r = pair_explain_changes(&pair, diff->options.defaults, new, err)) < 0)
		return error_prefix(err, "%s", name);
	return take_pair(diff, &pair, err);
}
