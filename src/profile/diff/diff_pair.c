// SPDX-License-Identifier: Apache-2.0
#include "profile/diff/diff_pair.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/diff/default_profiles.h"
#include "recording/evidence.h"
#include "syscalls/arguments.h"
#include "syscalls/purpose.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

static void change_finish(struct change *change)
{
	free(change->call);
	free(change->default_capabilities);
	string_set_free(change->architectures, change->architecture_count);
	free(change->evidence.container);
	free(change->evidence.pod);
	free(change->evidence.name_space);
}

void diff_pair_finish(struct diff_pair *pair)
{
	size_t i;

	for (i = 0; i < pair->change_count; i++)
		change_finish(&pair->changes[i]);
	free(pair->changes);
	string_set_free(pair->notes, pair->note_count);
	string_set_free(pair->doubts, pair->doubt_count);
	free(pair->name);
	free(pair->old_path);
	free(pair->new_path);
	*pair = (struct diff_pair){};
}

/* Copies a text that may be NULL. */
static int copy_text(char **ret_copy, const char *text, struct error *err)
{
	*ret_copy = text ? strdup(text) : NULL;
	return text && !*ret_copy ? error_nomem(err) : 0;
}

int diff_pair_init(struct diff_pair *pair, const char *name, const struct diff_side *old,
		   const struct diff_side *new, struct error *err)
{
	int r;

	if ((r = copy_text(&pair->name, name, err)) < 0 ||
	    (r = copy_text(&pair->old_path, old->path, err)) < 0)
		return r;
	return copy_text(&pair->new_path, new->path, err);
}

static int add_sentence(char ***sentences, size_t *count, struct error *err, const char *format,
			va_list arguments)
{
	_cleanup_free_ char *text = NULL;

	if (vasprintf(&text, format, arguments) < 0) {
		text = NULL;
		return error_nomem(err);
	}
	return string_set_add(sentences, count, text, err);
}

int pair_add_doubt(struct diff_pair *pair, struct error *err, const char *format, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = add_sentence(&pair->doubts, &pair->doubt_count, err, format, arguments);
	va_end(arguments);
	return r;
}

int pair_add_note(struct diff_pair *pair, struct error *err, const char *format, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = add_sentence(&pair->notes, &pair->note_count, err, format, arguments);
	va_end(arguments);
	return r;
}

static bool has_string(char *const *strings, size_t count, const char *text)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(strings[i], text) == 0)
			return true;
	return false;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

int pair_add_notes(struct diff_pair *pair, const struct diff_side *old, const struct diff_side *new,
		   struct error *err)
{
	const struct profile *from = old->profile, *to = new->profile;
	size_t i;
	int r = 0;

	if (!old->path)
		return pair_add_note(pair, err, "the profile is new");
	if (!new->path)
		return pair_add_note(pair, err, "the profile is gone");
	for (i = 0; i < to->flag_count && r == 0; i++)
		if (!has_string(from->flags, from->flag_count, to->flags[i]))
			r = pair_add_note(pair, err, "the flag %s is new", to->flags[i]);
	for (i = 0; i < from->flag_count && r == 0; i++)
		if (!has_string(to->flags, to->flag_count, from->flags[i]))
			r = pair_add_note(pair, err, "the flag %s is gone", from->flags[i]);
	if (r == 0 && (!same_text(from->listener_path, to->listener_path) ||
		       !same_text(from->listener_metadata, to->listener_metadata)))
		r = pair_add_note(pair, err, "calls with SCMP_ACT_NOTIFY go to another listener");
	/* Base profiles are not read here, so a different one makes the pair doubtful. */
	if (r == 0 && !same_text(old->base_profile, new->base_profile))
		r = pair_add_doubt(pair, err, "the base profile is now %s, and was %s",
				   new->base_profile ? new->base_profile : "none",
				   old->base_profile ? old->base_profile : "none");
	return r;
}

static enum change_kind kind_of(const struct call_comparison *comparison)
{
	if (comparison->a_most == PERMISSION_REFUSED && comparison->b_most > PERMISSION_REFUSED)
		return CHANGE_ADDED;
	if (comparison->b_most == PERMISSION_REFUSED && comparison->a_most > PERMISSION_REFUSED)
		return CHANGE_REMOVED;
	if (comparison->wider.found)
		return CHANGE_WIDENED;
	return comparison->narrower.found ? CHANGE_NARROWED : CHANGE_EFFECT;
}

static const struct difference *difference_of(enum change_kind kind,
					      const struct call_comparison *comparison)
{
	switch (kind) {
	case CHANGE_ADDED:
	case CHANGE_WIDENED:
		return &comparison->wider;
	case CHANGE_REMOVED:
	case CHANGE_NARROWED:
		return &comparison->narrower;
	default:
		return &comparison->other;
	}
}

/*
 * True if a change of effect is not worth reporting: if one side is missing, or if it follows
 * from a change of the default action. That is reported once, for the calls without a name.
 */
static bool goes_without_saying(const struct pair_visit *visit, const char *name,
				const struct difference *difference)
{
	if (!visit->pair->old_path || !visit->pair->new_path)
		return true;
	return name && !difference->arguments_matter &&
	       effect_equal(difference->a, visit->old_default) &&
	       effect_equal(difference->b, visit->new_default);
}

int pair_add_change(void *data, const char *name, const struct call_comparison *comparison,
		    struct error *err)
{
	const struct pair_visit *visit = data;
	struct diff_pair *pair = visit->pair;
	enum change_kind kind = kind_of(comparison);
	struct change *grown, *change;
	int r;

	if (kind == CHANGE_EFFECT && goes_without_saying(visit, name, &comparison->other))
		return 0;
	grown = array_grow(pair->changes, pair->change_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	pair->changes = grown;
	change = &grown[pair->change_count++];
	*change = (struct change){
		.kind = kind,
		.difference = *difference_of(kind, comparison),
		.one_sided = !pair->old_path || !pair->new_path,
		.purpose = syscall_purpose(name ? name : ""),
	};
	/* A call without a name, or with an unknown one, could do anything. */
	change->risky = kind <= CHANGE_WIDENED &&
			(!name || !*change->purpose->name || change->purpose->risk == RISK_HIGH);
	r = copy_text(&change->call, name, err);
	if (r == 0)
		r = string_set_add(&change->architectures, &change->architecture_count,
				   visit->scmp_arch, err);
	return r;
}

int pair_add_value(struct diff_pair *pair, const char *call, const char *scmp_arch,
		   const struct change_value *used, struct error *err)
{
	struct change *grown = array_grow(pair->changes, pair->change_count, sizeof(*grown));
	struct change *change;
	int r;

	if (!grown)
		return error_nomem(err);
	pair->changes = grown;
	change = &grown[pair->change_count++];
	*change = (struct change){
		.kind = CHANGE_USED,
		.one_sided = true,
		.used = *used,
		.purpose = syscall_purpose(call),
	};
	r = copy_text(&change->call, call, err);
	if (r == 0)
		r = string_set_add(&change->architectures, &change->architecture_count, scmp_arch,
				   err);
	return r;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_effects(struct effect a, struct effect b)
{
	int order = (int)a.action - (int)b.action;

	return order ? order : compare_numbers(a.data, b.data);
}

/* Calls without a name come before those with one, because they are many. */
static int compare_names(const struct change *a, const struct change *b)
{
	if (!a->call || !b->call)
		return (a->call != NULL) - (b->call != NULL);
	return strcmp(a->call, b->call);
}

static int compare_differences(const struct difference *a, const struct difference *b)
{
	int order = compare_effects(a->a, b->a);
	size_t i;

	if (order == 0)
		order = compare_effects(a->b, b->b);
	if (order == 0)
		order = (int)a->arguments_matter - (int)b->arguments_matter;
	for (i = 0; i < ARGUMENT_COUNT && order == 0; i++)
		order = compare_numbers(a->arguments[i], b->arguments[i]);
	return order;
}

static int compare_used(const struct change *left, const struct change *right)
{
	const struct change_value *a = &left->used, *b = &right->used;
	int order;

	if (left->kind != CHANGE_USED)
		return 0;
	order = (int)a->denied - (int)b->denied;
	if (order == 0)
		order = (int)a->row->index - (int)b->row->index;
	if (order == 0)
		order = (int)a->row->offset - (int)b->row->offset;
	if (order == 0)
		order = (int)a->any - (int)b->any;
	return order ? order : compare_numbers(a->value, b->value);
}

/* The order of reports: the most important change comes first. */
static int compare_changes(const void *left, const void *right)
{
	const struct change *a = left, *b = right;
	int order = (int)a->kind - (int)b->kind;

	if (order == 0)
		order = (a->call != NULL) - (b->call != NULL);
	/* Calls whose answers change alike are shown together. */
	if (order == 0 && a->kind == CHANGE_EFFECT)
		order = compare_differences(&a->difference, &b->difference);
	if (order == 0)
		order = (int)b->purpose->risk - (int)a->purpose->risk;
	if (order == 0)
		order = compare_names(a, b);
	if (order == 0)
		order = compare_differences(&a->difference, &b->difference);
	if (order == 0)
		order = compare_used(a, b);
	return order ? order : strcmp(a->architectures[0], b->architectures[0]);
}

static bool is_same_change(const struct change *a, const struct change *b)
{
	return a->kind == b->kind && compare_names(a, b) == 0 &&
	       compare_differences(&a->difference, &b->difference) == 0 && compare_used(a, b) == 0;
}

int pair_sort_changes(struct diff_pair *pair, struct error *err)
{
	size_t from, to = 0;
	int r = 0;

	if (pair->change_count)
		qsort(pair->changes, pair->change_count, sizeof(*pair->changes), compare_changes);
	for (from = 0; from < pair->change_count; from++) {
		struct change *change = &pair->changes[from];
		struct change *last = to ? &pair->changes[to - 1] : NULL;

		if (!last || !is_same_change(last, change)) {
			pair->changes[to++] = *change;
			continue;
		}
		if (r == 0)
			r = string_set_add(&last->architectures, &last->architecture_count,
					   change->architectures[0], err);
		change_finish(change);
	}
	pair->change_count = to;
	return r;
}

/* True if the call was made through the ABI of one of the change's architectures. */
static bool is_on_architecture(const struct evidence *evidence, const struct change *change)
{
	const char *scmp_arch = abi_scmp_arch(evidence->observation->machine, evidence->call->abi);

	return scmp_arch &&
	       has_string(change->architectures, change->architecture_count, scmp_arch);
}

static bool is_earlier(const struct call *call, const struct call *than)
{
	return call->first_seen && (!than->first_seen || call->first_seen < than->first_seen);
}

int change_evidence_place(struct change_evidence *evidence, const struct observation *observation,
			  struct error *err)
{
	int r;

	if ((r = copy_text(&evidence->container, observation->container_name, err)) < 0 ||
	    (r = copy_text(&evidence->pod, observation->pod_name, err)) < 0)
		return r;
	return copy_text(&evidence->name_space, observation->pod_namespace, err);
}

static int add_evidence(struct change *change, const struct recording *recording, struct error *err)
{
	_cleanup_(evidence_list_finish) struct evidence_list list = {};
	struct change_evidence *evidence = &change->evidence;
	const struct evidence *first = NULL;
	size_t i;
	int r;

	r = evidence_collect(recording, change->call, &list, err);
	if (r < 0)
		return r;
	for (i = 0; i < list.length; i++) {
		const struct evidence *item = &list.items[i];

		if (item->denied || !is_on_architecture(item, change))
			continue;
		evidence->observations++;
		if (!first || is_earlier(item->call, first->call))
			first = item;
	}
	if (!first)
		return 0;
	memcpy(evidence->process, first->call->process, sizeof(evidence->process));
	evidence->first_seen = first->call->first_seen;
	evidence->origin = first->call->origin;
	return change_evidence_place(evidence, first->observation, err);
}

int pair_explain_changes(struct diff_pair *pair, struct default_profiles *defaults,
			 const struct diff_side *new, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < pair->change_count && r == 0; i++) {
		struct change *change = &pair->changes[i];

		if (change->kind == CHANGE_USED)
			r = pair_explain_value(change, new->recording, err);
		if (change->kind > CHANGE_WIDENED || !change->call)
			continue;
		if (defaults)
			r = default_profiles_ask(defaults, change->architectures[0], change->call,
						 new->recording, &change->default_answer,
						 &change->default_label,
						 &change->default_capabilities, err);
		if (r == 0 && new->recording)
			r = add_evidence(change, new->recording, err);
	}
	return r;
}
