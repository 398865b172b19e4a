// SPDX-License-Identifier: Apache-2.0
#include "profile/merge/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/semantics/rule_set.h"
#include "profile/merge/merge_calls.h"
#include "profile/merge/merge_proof.h"
#include "profile/model/model.h"
#include "syscalls/syscalls.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

struct profile_merge {
	char *first;		  /* name of the first profile; NULL before it is added */
	struct profile *profile;  /* everything but the rules */
	struct merge_calls calls; /* the rules, by call */
	struct profile **inputs;  /* copies of what was added, for the proof */
	size_t input_count;
};

int profile_merge_create(struct profile_merge **ret_merge, struct error *err)
{
	struct profile_merge *merge = calloc(1, sizeof(*merge));

	if (!merge)
		return error_nomem(err);
	*ret_merge = merge;
	return 0;
}

void profile_merge_destroy(struct profile_merge *merge)
{
	size_t i;

	if (!merge)
		return;
	free(merge->first);
	profile_destroy(merge->profile);
	merge_calls_finish(&merge->calls);
	for (i = 0; i < merge->input_count; i++)
		profile_destroy(merge->inputs[i]);
	free(merge->inputs);
	free(merge);
}

static bool has_errno(enum action action)
{
	return action == ACTION_ERRNO || action == ACTION_TRACE;
}

static struct effect default_of(const struct profile *profile)
{
	return effect_of(profile->default_action, &profile->default_errno_ret);
}

static int refuse_default(const struct profile_merge *merge, const char *name,
			  const struct profile *profile, struct error *err)
{
	const struct profile *first = merge->profile;

	if (first->default_action != profile->default_action)
		return error_set(err, EINVAL,
				 "%s has the default action %s, and %s has %s: only profiles with "
				 "the same default action can be merged",
				 merge->first, action_name(first->default_action), name,
				 action_name(profile->default_action));
	return error_set(err, EINVAL,
			 "%s and %s differ in their default errno (defaultErrnoRet): only profiles "
			 "with the same can be merged",
			 merge->first, name);
}

/* Merges a listener. A profile without one accepts that of the others. */
static int merge_listener(char **text, const char *other, const struct profile_merge *merge,
			  const char *name, struct error *err)
{
	if (!other || (*text && strcmp(*text, other) == 0))
		return 0;
	if (*text)
		return error_set(err, EINVAL,
				 "%s and %s hand calls to different listeners (%s and %s)",
				 merge->first, name, *text, other);
	*text = strdup(other);
	return *text ? 0 : error_nomem(err);
}

/* Takes over a default errno that the profile states, as the kernel applies it. */
static void merge_default_errno(struct optional_errno *into, const struct profile *profile)
{
	if (profile->default_errno_ret.known && has_errno(profile->default_action))
		*into = (struct optional_errno){ true, default_of(profile).data };
}

static int merge_facts(struct profile_merge *merge, const char *name, const struct profile *profile,
		       struct error *err)
{
	struct profile *into = merge->profile;
	size_t i;
	int r;

	if (!effect_equal(default_of(into), default_of(profile)))
		return refuse_default(merge, name, profile, err);
	merge_default_errno(&into->default_errno_ret, profile);
	if ((r = merge_listener(&into->listener_path, profile->listener_path, merge, name, err)) <
		    0 ||
	    (r = merge_listener(&into->listener_metadata, profile->listener_metadata, merge, name,
				err)) < 0)
		return r;
	for (i = 0; i < profile->architecture_count; i++)
		if ((r = profile_add_architecture(into, profile->architectures[i], err)) < 0)
			return r;
	for (i = 0; i < profile->flag_count; i++)
		if ((r = string_set_add(&into->flags, &into->flag_count, profile->flags[i], err)) <
		    0)
			return r;
	return 0;
}

static int keep_input(struct profile_merge *merge, const struct profile *profile, struct error *err)
{
	_cleanup_profile_ struct profile *copy = NULL;
	struct profile **grown;
	size_t i;
	int r = profile_copy_head(profile, &copy, err);

	for (i = 0; i < profile->rule_count && r == 0; i++)
		r = profile_copy_rule(copy, &profile->rules[i], err);
	if (r < 0)
		return r;
	grown = array_grow(merge->inputs, merge->input_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	merge->inputs = grown;
	grown[merge->input_count++] = steal_pointer(&copy);
	return 0;
}

int profile_merge_add(struct profile_merge *merge, const char *name, const struct profile *profile,
		      struct error *err)
{
	_cleanup_merge_calls_ struct merge_calls calls = {};
	bool first = !merge->first;
	int r;

	if (first) {
		merge->first = strdup(name);
		merge->profile = profile_create(profile->default_action);
		if (!merge->first || !merge->profile)
			return error_nomem(err);
		merge_default_errno(&merge->profile->default_errno_ret, profile);
	}
	if ((r = merge_facts(merge, name, profile, err)) < 0 ||
	    (r = keep_input(merge, profile, err)) < 0)
		return r;
	if (merge_calls_read(profile, &calls, err) < 0)
		return error_prefix(err, "%s", name);
	if (first) {
		merge->calls = calls;
		calls = (struct merge_calls){};
		return 0;
	}
	return merge_calls_join(&merge->calls, &calls, err);
}

/* One alternative of one call. Calls with the same alternative are put into one rule. */
struct entry {
	const char *name;
	const struct alternative *alternative;
};

/* Puts the most permissive first, and unconditional effects before conditional ones. */
static int rule_compare(const struct entry *a, const struct entry *b)
{
	const struct alternative *one = a->alternative, *two = b->alternative;
	uint64_t one_rank = effect_rank(one->effect), two_rank = effect_rank(two->effect);

	if (one_rank != two_rank)
		return one_rank > two_rank ? -1 : 1;
	return conditions_compare(one->conditions, one->condition_count, two->conditions,
				  two->condition_count);
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *one = a, *two = b;
	int order = rule_compare(one, two);

	return order ? order : strcmp(one->name, two->name);
}

static int collect(const struct merge_calls *calls, struct entry **ret_entries, size_t *ret_count,
		   struct error *err)
{
	size_t i, k, count = 0;
	struct entry *entries;

	for (i = 0; i < calls->length; i++)
		count += calls->items[i].wider.length + calls->items[i].narrower.length;
	entries = calloc(count + 1, sizeof(*entries));
	if (!entries)
		return error_nomem(err);
	count = 0;
	for (i = 0; i < calls->length; i++) {
		const struct merge_call *call = &calls->items[i];

		for (k = 0; k < call->wider.length; k++)
			entries[count++] = (struct entry){ call->name, &call->wider.items[k] };
		for (k = 0; k < call->narrower.length; k++)
			entries[count++] = (struct entry){ call->name, &call->narrower.items[k] };
	}
	qsort(entries, count, sizeof(*entries), entry_compare);
	*ret_entries = entries;
	*ret_count = count;
	return 0;
}

static int add_rule(struct profile *profile, const struct alternative *alternative,
		    struct rule **ret_rule, struct error *err)
{
	struct effect effect = alternative->effect;
	size_t size = alternative->condition_count * sizeof(*alternative->conditions);
	struct rule *rule;
	int r;

	r = profile_add_rule(profile, effect.action, &rule, err);
	if (r < 0)
		return r;
	if (has_errno(effect.action) && effect.data != EPERM)
		rule->errno_ret = (struct optional_errno){ true, effect.data };
	if (size) {
		rule->conditions = malloc(size);
		if (!rule->conditions)
			return error_nomem(err);
		memcpy(rule->conditions, alternative->conditions, size);
		rule->condition_count = alternative->condition_count;
	}
	*ret_rule = rule;
	return 0;
}

static int add_rules(struct profile *profile, const struct merge_calls *calls, struct error *err)
{
	_cleanup_free_ struct entry *entries = NULL;
	struct rule *rule = NULL;
	size_t i, count = 0;
	int r;

	r = collect(calls, &entries, &count, err);
	if (r < 0)
		return r;
	for (i = 0; i < count; i++) {
		if (i == 0 || rule_compare(&entries[i - 1], &entries[i]) != 0) {
			r = add_rule(profile, entries[i].alternative, &rule, err);
			if (r < 0)
				return r;
		}
		r = rule_add_name(rule, entries[i].name, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int profile_merge_take(struct profile_merge *merge, struct profile **ret_profile, struct error *err)
{
	int r;

	if ((r = merge_calls_check(&merge->calls, err)) < 0 ||
	    (r = add_rules(merge->profile, &merge->calls, err)) < 0 ||
	    (r = merge_prove(merge->profile, merge->inputs, merge->input_count,
			     abi_scmp_arch(machine_native(), ABI_NATIVE), err)) < 0)
		return r;
	*ret_profile = steal_pointer(&merge->profile);
	return 0;
}
