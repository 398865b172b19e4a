// SPDX-License-Identifier: Apache-2.0
#include "profile/semantics/argument_space.h"

#include <errno.h>
#include <stdlib.h>

#include "util/error.h"

/* Points times rules. This many take some hundredths of a second. */
#define WORK_MAX (1u << 23)

/* A rule in terms of the domains: for each argument, the conditions that must hold. */
struct matcher {
	uint64_t needed[ARGUMENT_COUNT];
	struct effect effect;
};

void argument_space_finish(struct argument_space *space)
{
	size_t i;

	for (i = 0; i < ARGUMENT_COUNT; i++)
		argument_domain_finish(&space->domains[i]);
	for (i = 0; i < space->side_count; i++)
		free(space->sides[i].matchers);
	free(space->sides);
	*space = (struct argument_space){};
}

static int add_matchers(struct argument_space *space, struct space_side *side, struct error *err)
{
	const struct verdict *verdict = side->verdict;
	uint64_t bit;
	size_t i, j;
	int r;

	side->matchers = calloc(verdict->rule_count + 1, sizeof(*side->matchers));
	if (!side->matchers)
		return error_nomem(err);
	for (i = 0; i < verdict->rule_count; i++) {
		const struct argument_rule *rule = &verdict->rules[i];

		side->matchers[i].effect = rule->effect;
		for (j = 0; j < rule->condition_count; j++) {
			uint32_t index = rule->conditions[j].index;

			r = argument_domain_add(&space->domains[index], &rule->conditions[j], &bit,
						err);
			if (r < 0)
				return r;
			side->matchers[i].needed[index] |= bit;
		}
	}
	return 0;
}

static int split_domains(struct argument_space *space, bool narrow, struct error *err)
{
	size_t i, rules = 1;
	int r;

	for (i = 0; i < space->side_count; i++)
		rules += space->sides[i].verdict->rule_count;
	space->points = 1;
	for (i = 0; i < ARGUMENT_COUNT; i++) {
		struct argument_domain *domain = &space->domains[i];

		r = argument_domain_split(domain, narrow ? UINT32_MAX : UINT64_MAX, err);
		if (r < 0)
			return r;
		if (domain->class_count > WORK_MAX / rules / space->points)
			return error_set(err, E2BIG,
					 "the conditions are too many to compare exactly");
		space->points *= domain->class_count;
	}
	return 0;
}

int argument_space_init(struct argument_space *space, const struct verdict *verdicts, size_t count,
			bool narrow, struct error *err)
{
	size_t i;
	int r = 0;

	space->sides = calloc(count, sizeof(*space->sides));
	if (!space->sides)
		return error_nomem(err);
	space->side_count = count;
	for (i = 0; i < count && r == 0; i++) {
		space->sides[i].verdict = &verdicts[i];
		r = add_matchers(space, &space->sides[i], err);
	}
	return r < 0 ? r : split_domains(space, narrow, err);
}

static struct effect side_effect(const struct space_side *side,
				 const uint64_t truth[ARGUMENT_COUNT])
{
	uint64_t missing;
	size_t i, j;

	for (i = 0; i < side->verdict->rule_count; i++) {
		const struct matcher *matcher = &side->matchers[i];

		for (j = 0, missing = 0; j < ARGUMENT_COUNT; j++)
			missing |= matcher->needed[j] & ~truth[j];
		if (!missing)
			return matcher->effect;
	}
	return side->verdict->effect;
}

void argument_space_at(const struct argument_space *space, size_t point,
		       uint64_t ret_arguments[ARGUMENT_COUNT], struct effect *ret_effects)
{
	uint64_t truth[ARGUMENT_COUNT];
	size_t i;

	for (i = 0; i < ARGUMENT_COUNT; i++) {
		const struct argument_domain *domain = &space->domains[i];
		const struct argument_class *class = &domain->classes[point % domain->class_count];

		point /= domain->class_count;
		truth[i] = class->truth;
		ret_arguments[i] = class->witness;
	}
	for (i = 0; i < space->side_count; i++)
		ret_effects[i] = side_effect(&space->sides[i], truth);
}

unsigned int argument_space_looked_at(const struct argument_space *space)
{
	unsigned int mask = 0, i;

	for (i = 0; i < ARGUMENT_COUNT; i++)
		if (space->domains[i].condition_count)
			mask |= 1u << i;
	return mask;
}
