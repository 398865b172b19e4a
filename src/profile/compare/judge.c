// SPDX-License-Identifier: Apache-2.0
#include "profile/compare/judge.h"

#include <string.h>

#include "profile/derive/part.h"
#include "profile/derive/seen.h"
#include "profile/semantics/semantics.h"
#include "syscalls/arguments.h"

/* Far more than the values that programs use of arguments that default profiles look at. */
#define COMBINATIONS_MAX 4096

/* A call to judge, and the arguments on which the baseline has conditions. */
struct judging {
	const struct semantics *baseline;
	const char *name;
	const struct argument *arguments[ARGUMENT_COUNT];
	size_t argument_count;
	bool known; /* all of them are known */
};

static bool looks_at(const struct verdict *verdict, uint8_t index)
{
	size_t i, k;

	for (i = 0; i < verdict->rule_count; i++)
		for (k = 0; k < verdict->rules[i].condition_count; k++)
			if (verdict->rules[i].conditions[k].index == index)
				return true;
	return false;
}

/* Collects the arguments that matter. */
static void find_arguments(struct judging *judging, enum machine machine, enum abi abi,
			   const struct argument_set *seen)
{
	struct verdict verdict = semantics_verdict_of(judging->baseline, judging->name);
	uint32_t nr = syscall_number(machine, abi, judging->name);
	uint8_t index;

	judging->known = true;
	for (index = 0; index < ARGUMENT_COUNT; index++) {
		const struct syscall_argument *row =
			syscall_argument_at(machine, abi, nr, index, 0);
		const struct argument *argument;

		if (!looks_at(&verdict, index))
			continue;
		argument = row && !row->memory && !row->ignored ?
				   argument_set_find(seen, abi, nr, index, 0) :
				   NULL;
		judging->known &= argument && argument_is_known(argument) && argument->count;
		if (argument)
			judging->arguments[judging->argument_count++] = argument;
	}
}

/* The condition that an argument had a value, of which an upper half is not known if it is wide. */
static struct condition has_value(const struct argument *argument, uint32_t value)
{
	return (struct condition){
		.index = argument->index,
		.comparison = COMPARE_MASKED_EQ,
		.value = argument->wide ? UINT32_MAX : UINT64_MAX,
		.value_two = value,
	};
}

/* The condition that a flag was set, or if it is 0, that none was. */
static struct condition has_flag(const struct argument *argument, uint32_t flag)
{
	return flag ? (struct condition){ .index = argument->index,
					  .comparison = COMPARE_MASKED_EQ,
					  .value = flag,
					  .value_two = flag } :
		      has_value(argument, 0);
}

/* Looks for a value or flag with which no call is allowed, whatever its other arguments are. */
static int find_refused(const struct judging *judging, struct judged *judged, struct error *err)
{
	enum part part;
	size_t i, k;
	int r;

	for (i = 0; i < judging->argument_count; i++) {
		const struct argument *argument = judging->arguments[i];

		for (k = 0; k < argument->count; k++) {
			uint32_t value = argument->values[k].value;
			const struct condition condition = argument->flags ?
								   has_flag(argument, value) :
								   has_value(argument, value);

			r = call_part(judging->baseline, judging->name, &condition, 1, &part, err);
			if (r < 0)
				return r;
			if (part != PART_NONE)
				continue;
			*judged = (struct judged){ .judgement = JUDGEMENT_BREAKS,
						   .argument = argument,
						   .value = &argument->values[k] };
			return 0;
		}
	}
	return 0;
}

/* Adds the condition of one of the choices that an argument leaves, unless it leaves all. */
static void add_choice(const struct argument *argument, size_t choice, struct condition *conditions,
		       size_t *count)
{
	uint64_t others = argument->wide ? UINT32_MAX : UINT64_MAX;

	if (!argument->flags) {
		conditions[(*count)++] = has_value(argument, argument->values[choice].value);
		return;
	}
	others &= ~(uint64_t)argument_flags(argument);
	if (others)
		conditions[(*count)++] = (struct condition){ .index = argument->index,
							     .comparison = COMPARE_MASKED_EQ,
							     .value = others };
}

static size_t choices_of(const struct argument *argument)
{
	return argument->flags ? 1 : argument->count;
}

/* True in ret_all if the calls with all combinations of the values that were seen are allowed. */
static int try_combinations(const struct judging *judging, bool *ret_all, struct error *err)
{
	size_t combinations = 1, i, k, rest;
	enum part part = PART_ALL;
	int r = 0;

	for (i = 0; i < judging->argument_count; i++)
		combinations *= choices_of(judging->arguments[i]);
	for (i = 0; i < combinations && r == 0 && part == PART_ALL; i++) {
		struct condition conditions[ARGUMENT_COUNT];
		size_t count = 0;

		if (combinations > COMBINATIONS_MAX)
			part = PART_SOME;
		for (k = 0, rest = i; k < judging->argument_count; k++) {
			size_t choices = choices_of(judging->arguments[k]);

			add_choice(judging->arguments[k], rest % choices, conditions, &count);
			rest /= choices;
		}
		if (part == PART_ALL)
			r = call_part(judging->baseline, judging->name, conditions, count, &part,
				      err);
	}
	*ret_all = part == PART_ALL;
	return r;
}

static int judge(const struct judging *judging, struct judged *ret_judged, struct error *err)
{
	bool all = false;
	int r = find_refused(judging, ret_judged, err);

	if (r < 0 || ret_judged->judgement == JUDGEMENT_BREAKS || !judging->known)
		return r;
	r = try_combinations(judging, &all, err);
	if (all)
		ret_judged->judgement = JUDGEMENT_FITS;
	return r;
}

/* clone3 is judged as clone: by what it was asked for. */
static int judge_clone3(const struct semantics *baseline, enum abi abi, uint32_t nr,
			const struct argument_set *seen, struct judged *ret_judged,
			struct error *err)
{
	static const char *const reasons[CLONE3_NEED_COUNT] = {
		[CLONE3_CGROUP] = "it started a process in another cgroup, which clone cannot do",
		[CLONE3_PIDS] = "it chose process ids, which clone cannot do",
		[CLONE3_FLAGS] = "it had flags that clone does not have",
	};
	const struct argument *low = argument_set_find(seen, abi, nr, 0, 0);
	struct argument_value all = {};
	struct argument argument = { .flags = true, .values = &all, .count = 1 };
	struct judging judging = { .baseline = baseline,
				   .name = "clone",
				   .arguments = { low },
				   .argument_count = low != NULL };
	struct clone3_use use = {};
	bool fits = false;
	size_t i;
	int r;

	clone3_use_add(&use, seen, abi, nr);
	for (i = 0; i < CLONE3_NEED_COUNT; i++)
		if (use.needs[i] && reasons[i]) {
			*ret_judged = (struct judged){ .judgement = JUDGEMENT_BREAKS,
						       .reason = reasons[i] };
			return 0;
		}
	r = find_refused(&judging, ret_judged, err);
	if (r < 0 || ret_judged->judgement == JUDGEMENT_BREAKS || use.needs[CLONE3_UNRECORDED])
		return r;
	all.value = use.flags;
	judging.arguments[0] = &argument;
	judging.argument_count = 1;
	r = try_combinations(&judging, &fits, err);
	if (fits)
		ret_judged->judgement = JUDGEMENT_FITS;
	return r;
}

int judge_call(const struct semantics *baseline, enum machine machine, enum abi abi,
	       const char *name, const struct argument_set *seen, struct judged *ret_judged,
	       struct error *err)
{
	struct judging judging = { .baseline = baseline, .name = name };
	int nr = syscall_number(machine, abi, name);

	*ret_judged = (struct judged){};
	if (nr < 0)
		return 0;
	if (strcmp(name, "clone3") == 0)
		return judge_clone3(baseline, abi, nr, seen, ret_judged, err);
	find_arguments(&judging, machine, abi, seen);
	return judge(&judging, ret_judged, err);
}
