// SPDX-License-Identifier: Apache-2.0
#include "seccomp/boundary.h"

#include <errno.h>
#include <stdlib.h>

#include "profile/semantics/argument_domain.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

/* Above this number of combinations, only one argument at a time takes its close values. */
#define POINTS_WANTED 16384
#define POINTS_MAX (1u << 22)

static int compare_values(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static int add(struct boundary_values *values, uint64_t value, struct error *err)
{
	uint64_t *items = array_grow(values->items, values->length, sizeof(*items));

	if (!items)
		return error_nomem(err);
	values->items = items;
	items[values->length++] = value;
	return 0;
}

static void sort(struct boundary_values *values)
{
	size_t from, to = 0;

	qsort(values->items, values->length, sizeof(*values->items), compare_values);
	for (from = 0; from < values->length; from++)
		if (to == 0 || values->items[to - 1] != values->items[from])
			values->items[to++] = values->items[from];
	values->length = to;
}

/* Adds the neighbours of a value, in all 64 bits and in each half. */
static int add_neighbours(struct boundary_values *values, uint64_t value, uint64_t max,
			  struct error *err)
{
	const uint64_t upper = UINT64_C(1) << 32, low = UINT32_MAX;
	const uint64_t near[] = {
		value,	       value - 1,    value + 1,	   value - upper,
		value + upper, value & low,  value & ~low, value ^ (upper - 1),
		value ^ upper, value | ~low, value << 32,  value >> 32,
	};
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < array_size(near); i++)
		r = add(values, near[i] & max, err);
	return r;
}

/* Adds a masked value with all bits outside of the mask set, and with each bit flipped. */
static int add_masked(struct boundary_values *values, const struct condition *condition,
		      uint64_t max, struct error *err)
{
	uint64_t mask = condition->value, value = condition->value_two;
	unsigned int bit;
	int r = add(values, (value | ~mask) & max, err);

	for (bit = 0; r == 0 && bit < 64; bit++)
		if (max & (UINT64_C(1) << bit))
			r = add(values, value ^ (UINT64_C(1) << bit), err);
	return r;
}

static int add_classes(struct boundary_values *values, struct argument_domain *domain, uint64_t max,
		       struct error *err)
{
	size_t i;
	int r = argument_domain_split(domain, max, err);

	for (i = 0; r == 0 && i < domain->class_count; i++)
		r = add(values, domain->classes[i].witness, err);
	return r;
}

/* Adds one value of each class. If closely, adds 0, max and neighbours of compared values. */
static int add_argument(struct boundary_values *values, struct argument_domain *domain,
			uint64_t max, bool closely, struct error *err)
{
	size_t i;
	int r = add_classes(values, domain, max, err);

	if (r == 0 && closely && (r = add(values, 0, err)) == 0)
		r = add(values, max, err);
	for (i = 0; r == 0 && closely && i < domain->condition_count; i++) {
		const struct condition *condition = &domain->conditions[i];

		if (condition->comparison == COMPARE_MASKED_EQ)
			r = add_masked(values, condition, max, err);
		else
			r = add_neighbours(values, condition->value, max, err);
	}
	if (r == 0)
		sort(values);
	return r;
}

static int add_conditions(struct argument_domain domains[ARGUMENT_COUNT],
			  const struct verdict *verdict, struct error *err)
{
	uint64_t bit;
	size_t i, j;
	int r = 0;

	for (i = 0; i < verdict->rule_count; i++) {
		const struct argument_rule *rule = &verdict->rules[i];

		for (j = 0; r == 0 && j < rule->condition_count; j++)
			r = argument_domain_add(&domains[rule->conditions[j].index],
						&rule->conditions[j], &bit, err);
	}
	return r;
}

/* Fills in the values of each argument. */
static int fill(struct boundary_values values[ARGUMENT_COUNT],
		struct argument_domain domains[ARGUMENT_COUNT], uint64_t max, bool closely,
		struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < ARGUMENT_COUNT; i++)
		r = add_argument(&values[i], &domains[i], max,
				 closely && domains[i].condition_count, err);
	return r;
}

/*
 * Returns the values of an argument in a grid. Unless there is only one grid, closely is the
 * argument that takes its close values.
 */
static const struct boundary_values *values_of(const struct boundary *boundary, size_t closely,
					       size_t argument)
{
	return boundary->all || argument == closely ? &boundary->close[argument] :
						      &boundary->classes[argument];
}

static size_t grid_points(const struct boundary *boundary, size_t closely)
{
	size_t i, points = 1;

	for (i = 0; i < ARGUMENT_COUNT; i++)
		if (__builtin_mul_overflow(points, values_of(boundary, closely, i)->length,
					   &points) ||
		    points > POINTS_MAX)
			return POINTS_MAX + 1;
	return points;
}

static void count_points(struct boundary *boundary)
{
	size_t i;

	boundary->all = true;
	boundary->points = grid_points(boundary, 0);
	if (boundary->points <= POINTS_WANTED)
		return;
	boundary->all = false;
	boundary->points = 0;
	for (i = 0; i < ARGUMENT_COUNT; i++)
		boundary->points += grid_points(boundary, i);
}

static void domains_finish(struct argument_domain (*domains)[ARGUMENT_COUNT])
{
	size_t i;

	for (i = 0; i < ARGUMENT_COUNT; i++)
		argument_domain_finish(&(*domains)[i]);
}

int boundary_init(struct boundary *boundary, const struct verdict *verdict, bool narrow,
		  struct error *err)
{
	_cleanup_(domains_finish) struct argument_domain domains[ARGUMENT_COUNT] = {};
	_cleanup_boundary_ struct boundary made = {};
	uint64_t max = narrow ? UINT32_MAX : UINT64_MAX;
	int r = add_conditions(domains, verdict, err);

	if (r == 0)
		r = fill(made.close, domains, max, true, err);
	if (r == 0)
		r = fill(made.classes, domains, max, false, err);
	if (r < 0)
		return r;
	count_points(&made);
	if (made.points > POINTS_MAX)
		return error_set(err, E2BIG, "the conditions are too many to try all combinations");
	*boundary = made;
	made = (struct boundary){};
	return 0;
}

void boundary_finish(struct boundary *boundary)
{
	size_t i;

	for (i = 0; i < ARGUMENT_COUNT; i++) {
		free(boundary->close[i].items);
		free(boundary->classes[i].items);
	}
	*boundary = (struct boundary){};
}

void boundary_point(const struct boundary *boundary, size_t point,
		    uint64_t ret_arguments[ARGUMENT_COUNT])
{
	size_t i, closely = 0;

	while (!boundary->all && point >= grid_points(boundary, closely))
		point -= grid_points(boundary, closely++);
	for (i = 0; i < ARGUMENT_COUNT; i++) {
		const struct boundary_values *values = values_of(boundary, closely, i);

		ret_arguments[i] = values->items[point % values->length];
		point /= values->length;
	}
}
