// SPDX-License-Identifier: Apache-2.0
#include "profile/semantics/semantics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "profile/semantics/arch_info.h"
#include "profile/semantics/precedence.h"
#include "profile/model/architecture.h"
#include "profile/model/condition.h"
#include "syscalls/syscall_table.h"
#include "syscalls/syscalls.h"
#include "util/array.h"
#include "util/error.h"

/* The kernel's MAX_ERRNO, which the kernel returns if a filter has a larger errno. */
#define ERRNO_MAX 4095

/*
 * Each rule with conditions takes at least two instructions. The kernel accepts at most 32768
 * instructions in all filters together (MAX_INSNS_PER_PATH).
 */
#define CONDITIONAL_RULES_MAX 16384

struct call {
	struct effect effect;
	bool decided; /* by a rule without conditions */
	uint32_t first_rule, rule_count;
};

struct semantics {
	struct arch_info arch;
	bool has_architecture;
	struct effect default_effect;
	const char **names; /* of the calls that are not in the table; sorted and borrowed */
	size_t name_count;
	size_t table_length;	     /* 0 without a table */
	struct call *calls;	     /* those of the table by number, then those of names */
	struct argument_rule *rules; /* grouped by call */
	size_t rule_count;
};

struct builder {
	struct semantics *semantics;
	int *positions; /* of each rule's names, in order; negative: no such call */
	struct candidate *candidates;
	size_t candidate_count;
};

struct effect effect_of(enum action action, const struct optional_errno *errno_ret)
{
	struct effect effect = { .action = action };

	if (action != ACTION_ERRNO && action != ACTION_TRACE)
		return effect;
	/* libseccomp keeps 16 bits of it. */
	effect.data = errno_ret->known ? errno_ret->value & 0xffff : EPERM;
	if (action == ACTION_ERRNO && effect.data > ERRNO_MAX)
		effect.data = ERRNO_MAX;
	return effect;
}

/*
 * True if the profile applies to an architecture. Without a list of architectures it applies to
 * the native one, and runtimes add the native one to every list. A native architecture without
 * a table counts only if the list has an architecture of its machine: profiles for other
 * machines are not taken to be meant for it.
 */
static bool profile_applies(const struct profile *profile, const char *scmp_arch,
			    const struct arch_info *arch)
{
	size_t i;

	if (profile_lists(profile, scmp_arch))
		return true;
	if (!arch->native || arch->table || profile->architecture_count == 0)
		return arch->native;
	for (i = 0; i < profile->architecture_count; i++)
		if (strcmp(architecture_native(profile->architectures[i]), scmp_arch) == 0)
			return true;
	return false;
}

/* Converts an index in name order to a position. */
static size_t position_at(const struct semantics *semantics, size_t index)
{
	return semantics->arch.table->by_name[index];
}

static int compare_at(const struct semantics *semantics, size_t index, const char *name)
{
	return strcmp(semantics_call_name(semantics, position_at(semantics, index)), name);
}

/*
 * Returns the position of a name among the table's indices from *start up to end, or -ENOENT.
 * Moves *start to the index where the name is or would be.
 */
static int search_table(const struct semantics *semantics, const char *name, size_t *start,
			size_t end)
{
	while (*start < end) {
		size_t middle = *start + (end - *start) / 2;
		int order = compare_at(semantics, middle, name);

		if (order == 0) {
			*start = middle;
			return position_at(semantics, middle);
		}
		if (order < 0)
			*start = middle + 1;
		else
			end = middle;
	}
	return -ENOENT;
}

/*
 * Like search_table(), for names in ascending order. The previous name was found at *start, so
 * the next one is probably near.
 */
static int search_onward(const struct semantics *semantics, const char *name, size_t *start)
{
	size_t end = *start, step = 1;

	while (end < semantics->table_length && compare_at(semantics, end, name) < 0) {
		*start = end + 1;
		end += step;
		step *= 2;
	}
	return search_table(semantics, name, start,
			    end < semantics->table_length ? end + 1 : semantics->table_length);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Returns the position of a name that is not in the table, or -ENOENT. */
static int search_names(const struct semantics *semantics, const char *name)
{
	const char **found = NULL;

	if (semantics->name_count)
		found = bsearch(&name, semantics->names, semantics->name_count, sizeof(*found),
				compare_names);
	return found ? (int)(semantics->table_length + (found - semantics->names)) : -ENOENT;
}

static int add_candidate(struct builder *builder, size_t position, const struct argument_rule *rule,
			 struct error *err)
{
	struct candidate *grown;

	if (builder->candidate_count == CONDITIONAL_RULES_MAX)
		return error_set(err, E2BIG,
				 "more than %d rules with conditions: no filter can hold them",
				 CONDITIONAL_RULES_MAX);
	grown = array_grow(builder->candidates, builder->candidate_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	builder->candidates = grown;
	grown[builder->candidate_count] =
		(struct candidate){ position, builder->candidate_count, *rule, {}, 0 };
	builder->candidate_count++;
	return 0;
}

static int add_for_position(struct builder *builder, size_t position,
			    const struct argument_rule *rule, struct error *err)
{
	struct call *call = &builder->semantics->calls[position];

	if (call->decided)
		return 0;
	if (rule->condition_count)
		return add_candidate(builder, position, rule, err);
	call->decided = true;
	call->effect = rule->effect;
	return 0;
}

/*
 * Adds the rule that libseccomp makes for socketcall(2) or ipc(2). A condition on the call's
 * code replaces those on the first argument.
 */
static int add_multiplexed(struct builder *builder, const char *name,
			   const struct argument_rule *rule, struct error *err)
{
	const struct multiplexed_call *call = multiplexed_call_find(name);
	struct argument_rule through = { .effect = rule->effect };
	size_t i;

	if (!call)
		return 0;
	through.conditions[through.condition_count++] =
		(struct condition){ .comparison = COMPARE_EQ, .value = call->code };
	for (i = 0; i < rule->condition_count; i++)
		if (rule->conditions[i].index != 0)
			through.conditions[through.condition_count++] = rule->conditions[i];
	return add_for_position(builder, semantics_find(builder->semantics, call->through),
				&through, err);
}

/* positions[i] is the position of from->names[i]. */
static int add_for_names(struct builder *builder, const struct rule *from, const int *positions,
			 const struct argument_rule *rule, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < from->name_count && r == 0; i++) {
		if (positions[i] >= 0)
			r = add_for_position(builder, positions[i], rule, err);
		if (r == 0 && builder->semantics->arch.multiplexed)
			r = add_multiplexed(builder, from->names[i], rule, err);
	}
	return r;
}

/* Inserts a condition in the order of arguments. */
static void rule_insert(struct argument_rule *rule, const struct condition *condition)
{
	size_t i = rule->condition_count++;

	for (; i > 0 && rule->conditions[i - 1].index > condition->index; i--)
		rule->conditions[i] = rule->conditions[i - 1];
	rule->conditions[i] = *condition;
}

static int add_rule(struct builder *builder, const struct rule *from, const int *positions,
		    struct error *err)
{
	struct effect effect = effect_of(from->action, &from->errno_ret);
	struct argument_rule rule = { .effect = effect };
	struct condition condition;
	unsigned int seen = 0;
	bool repeated = false;
	size_t i;
	int r = 0;

	if (effect_equal(effect, builder->semantics->default_effect))
		return 0;
	for (i = 0; i < from->condition_count; i++) {
		uint32_t index = from->conditions[i].index;

		if (index >= ARGUMENT_COUNT)
			return error_set(err, EINVAL,
					 "a condition is about argument %" PRIu32
					 ", but the arguments are 0 to %d",
					 index, ARGUMENT_COUNT - 1);
		repeated |= seen & (1u << index);
		seen |= 1u << index;
	}
	for (i = 0; i < from->condition_count && r == 0; i++) {
		bool always = !condition_normalize(&from->conditions[i],
						   builder->semantics->arch.narrow, &condition);

		if (repeated)
			rule = (struct argument_rule){ .effect = effect };
		if (!always)
			rule_insert(&rule, &condition);
		if (repeated)
			r = add_for_names(builder, from, positions, &rule, err);
	}
	return repeated ? r : add_for_names(builder, from, positions, &rule, err);
}

static int compare_positions(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	return (a->position > b->position) - (a->position < b->position);
}

/* True if b has all conditions of a, and so holds only where a does. */
static bool covers(const struct argument_rule *a, const struct argument_rule *b)
{
	size_t i = 0, k;

	for (k = 0; i < a->condition_count && k < b->condition_count; k++)
		i += condition_equal(&a->conditions[i], &b->conditions[k]);
	return i == a->condition_count;
}

/*
 * Drops candidates that another one covers, which libseccomp always tests earlier. Returns how
 * many are left. Only an equal one can cover a candidate with a single condition, and equal
 * ones are neighbours.
 */
static size_t drop_covered(struct candidate *candidates, size_t count)
{
	size_t from, i, to = 1;

	for (from = 1; from < count; from++) {
		const struct argument_rule *rule = &candidates[from].rule;

		i = rule->condition_count > 1 ? 0 : to - 1;
		while (i < to && !covers(&candidates[i].rule, rule))
			i++;
		if (i == to)
			candidates[to++] = candidates[from];
	}
	return to;
}

/*
 * Takes the rules of one call in the order in which libseccomp tests them. Rules that another
 * one makes superfluous are dropped. libseccomp drops these too and forgets their place in the
 * profile, so the rest is sorted again.
 */
static void take_rules(struct semantics *semantics, struct candidate *candidates, size_t count)
{
	struct call *call = &semantics->calls[candidates[0].position];
	size_t i;

	if (call->decided)
		return;
	precedence_sort(candidates, count, semantics->arch.narrow);
	count = drop_covered(candidates, count);
	precedence_sort(candidates, count, semantics->arch.narrow);
	call->first_rule = semantics->rule_count;
	call->rule_count = count;
	for (i = 0; i < count; i++)
		semantics->rules[semantics->rule_count++] = candidates[i].rule;
}

/* Keeps the candidates whose call has no rule without conditions. */
static int keep_candidates(struct builder *builder, struct error *err)
{
	struct semantics *semantics = builder->semantics;
	struct candidate *candidates = builder->candidates;
	size_t i, count;

	if (builder->candidate_count == 0)
		return 0;
	qsort(candidates, builder->candidate_count, sizeof(*candidates), compare_positions);
	semantics->rules = calloc(builder->candidate_count, sizeof(*semantics->rules));
	if (!semantics->rules)
		return error_nomem(err);
	for (i = 0; i < builder->candidate_count; i += count) {
		count = 1;
		while (i + count < builder->candidate_count &&
		       candidates[i + count].position == candidates[i].position)
			count++;
		take_rules(semantics, &candidates[i], count);
	}
	return 0;
}

/*
 * True if a name that is not in the architecture's table must be kept by name. A call that is
 * in no table may be newer than the tables. A call that is made through socketcall(2) or ipc(2)
 * need not have a number of its own.
 */
static bool is_kept(const struct semantics *semantics, const char *name)
{
	return !semantics->arch.table || !syscall_is_known(name) ||
	       (semantics->arch.multiplexed && multiplexed_call_find(name));
}

static int add_name(struct semantics *semantics, const char *name, struct error *err)
{
	const char **grown = array_grow(semantics->names, semantics->name_count, sizeof(*grown));

	if (!grown)
		return error_nomem(err);
	semantics->names = grown;
	grown[semantics->name_count++] = name;
	return 0;
}

/* Looks up a rule's names in the table. Keeps those that count although they are not in it. */
static int find_names(struct semantics *semantics, const struct rule *rule, int *positions,
		      struct error *err)
{
	size_t i, start = 0;
	int r = 0;

	for (i = 0; i < rule->name_count && r == 0; i++) {
		const char *name = rule->names[i];
		const struct multiplexed_call *call;

		positions[i] = search_onward(semantics, name, &start);
		if (positions[i] >= 0 || !is_kept(semantics, name))
			continue;
		r = add_name(semantics, name, err);
		if (semantics->arch.table || !semantics->arch.multiplexed)
			continue;
		call = multiplexed_call_find(name);
		if (r == 0 && call)
			r = add_name(semantics, call->through, err);
	}
	return r;
}

/* Sorts the names that are not in the table and drops duplicates. */
static void sort_names(struct semantics *semantics)
{
	size_t from, to = 0;

	if (semantics->name_count)
		qsort(semantics->names, semantics->name_count, sizeof(*semantics->names),
		      compare_names);
	for (from = 0; from < semantics->name_count; from++)
		if (to == 0 || strcmp(semantics->names[from], semantics->names[to - 1]) != 0)
			semantics->names[to++] = semantics->names[from];
	semantics->name_count = to;
}

/* Lists the calls and finds the position of each name of the profile. */
static int find_calls(struct builder *builder, const struct profile *profile, struct error *err)
{
	struct semantics *semantics = builder->semantics;
	size_t i, k, count = 0;
	int r = 0;

	for (i = 0; i < profile->rule_count; i++)
		count += profile->rules[i].name_count;
	builder->positions = calloc(count + 1, sizeof(*builder->positions));
	if (!builder->positions)
		return error_nomem(err);
	for (i = 0, count = 0; i < profile->rule_count && r == 0; i++) {
		r = find_names(semantics, &profile->rules[i], &builder->positions[count], err);
		count += profile->rules[i].name_count;
	}
	sort_names(semantics);
	for (i = 0, count = 0; i < profile->rule_count && r == 0; i++)
		for (k = 0; k < profile->rules[i].name_count; k++, count++)
			if (builder->positions[count] < 0)
				builder->positions[count] =
					search_names(semantics, profile->rules[i].names[k]);
	return r;
}

static int read_rules(struct builder *builder, const struct profile *profile, struct error *err)
{
	size_t i, count = 0;
	int r = 0;

	for (i = 0; i < profile->rule_count && r == 0; i++) {
		r = add_rule(builder, &profile->rules[i], &builder->positions[count], err);
		count += profile->rules[i].name_count;
	}
	return r < 0 ? r : keep_candidates(builder, err);
}

static void builder_finish(struct builder *builder)
{
	free(builder->positions);
	free(builder->candidates);
}

int semantics_create(const struct profile *profile, const char *scmp_arch,
		     struct semantics **ret_semantics, struct error *err)
{
	_cleanup_semantics_ struct semantics *semantics = calloc(1, sizeof(*semantics));
	_cleanup_(builder_finish) struct builder builder = { .semantics = semantics };
	size_t i;
	int r;

	if (!semantics)
		return error_nomem(err);
	semantics->arch = arch_info_find(scmp_arch);
	semantics->has_architecture = profile_applies(profile, scmp_arch, &semantics->arch);
	/* No runtime sets SCMP_FLTATR_ACT_BADARCH, which is SCMP_ACT_KILL by default. */
	semantics->default_effect =
		semantics->has_architecture ?
			effect_of(profile->default_action, &profile->default_errno_ret) :
			(struct effect){ .action = ACTION_KILL_THREAD };
	if (semantics->arch.table)
		semantics->table_length = semantics->arch.table->length;
	r = find_calls(&builder, profile, err);
	if (r < 0)
		return r;
	semantics->calls = calloc(semantics_call_count(semantics) + 1, sizeof(*semantics->calls));
	if (!semantics->calls)
		return error_nomem(err);
	for (i = 0; i < semantics_call_count(semantics); i++)
		semantics->calls[i].effect = semantics->default_effect;
	if (semantics->has_architecture)
		r = read_rules(&builder, profile, err);
	if (r < 0)
		return r;
	*ret_semantics = steal_pointer(&semantics);
	return 0;
}

void semantics_destroy(struct semantics *semantics)
{
	if (!semantics)
		return;
	free(semantics->names);
	free(semantics->calls);
	free(semantics->rules);
	free(semantics);
}

bool semantics_has_architecture(const struct semantics *semantics)
{
	return semantics->has_architecture;
}

bool semantics_is_narrow(const struct semantics *semantics)
{
	return semantics->arch.narrow;
}

struct effect semantics_default(const struct semantics *semantics)
{
	return semantics->default_effect;
}

size_t semantics_call_count(const struct semantics *semantics)
{
	return semantics->table_length + semantics->name_count;
}

const char *semantics_call_name(const struct semantics *semantics, size_t position)
{
	if (position < semantics->table_length)
		return semantics->arch.table->by_number[position].name;
	return semantics->names[position - semantics->table_length];
}

int semantics_call_number(const struct semantics *semantics, size_t position)
{
	if (position < semantics->table_length)
		return (int)semantics->arch.table->by_number[position].nr;
	return -1;
}

bool semantics_call_is_listed(const struct semantics *semantics, size_t position)
{
	return !semantics->arch.table || position < semantics->table_length;
}

int semantics_find(const struct semantics *semantics, const char *name)
{
	size_t start = 0;
	int position = search_table(semantics, name, &start, semantics->table_length);

	return position < 0 ? search_names(semantics, name) : position;
}

struct verdict semantics_verdict(const struct semantics *semantics, size_t position)
{
	const struct call *call = &semantics->calls[position];
	struct verdict verdict = { .effect = call->effect, .rule_count = call->rule_count };

	if (call->rule_count)
		verdict.rules = &semantics->rules[call->first_rule];
	return verdict;
}

struct effect semantics_evaluate(const struct semantics *semantics, size_t position,
				 const uint64_t arguments[ARGUMENT_COUNT])
{
	struct verdict verdict = semantics_verdict(semantics, position);
	uint64_t width = semantics->arch.narrow ? UINT32_MAX : UINT64_MAX;
	size_t i, j;

	for (i = 0; i < verdict.rule_count; i++) {
		const struct argument_rule *rule = &verdict.rules[i];

		for (j = 0; j < rule->condition_count; j++)
			if (!condition_holds(&rule->conditions[j],
					     arguments[rule->conditions[j].index] & width))
				break;
		if (j == rule->condition_count)
			return rule->effect;
	}
	return verdict.effect;
}
