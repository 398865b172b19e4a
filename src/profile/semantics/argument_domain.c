// SPDX-License-Identifier: Apache-2.0
#include "profile/semantics/argument_domain.h"

#include <errno.h>
#include <stdlib.h>

#include "profile/model/condition.h"
#include "util/array.h"
#include "util/error.h"

/*
 * Deciding whether some value fulfils certain masked comparisons and not others is a
 * satisfiability problem, which can take exponential time. Real profiles take some hundred
 * steps.
 */
#define STEPS_MAX 200000

/* The values whose bits in mask equal those of value. value has no other bits. */
struct pattern {
	uint64_t mask;
	uint64_t value;
};

struct search {
	struct argument_domain *domain;
	size_t masked[DOMAIN_CONDITIONS_MAX]; /* indices of the masked conditions */
	size_t masked_count;
	struct pattern excluded[DOMAIN_CONDITIONS_MAX]; /* patterns that must not match */
	size_t excluded_count;
	uint64_t ordered_truth; /* of the unmasked conditions, in this interval */
	unsigned long steps;
};

int argument_domain_add(struct argument_domain *domain, const struct condition *condition,
			uint64_t *ret_bit, struct error *err)
{
	size_t i;

	for (i = 0; i < domain->condition_count; i++)
		if (condition_equal(&domain->conditions[i], condition))
			break;
	if (i == DOMAIN_CONDITIONS_MAX)
		return error_set(err, E2BIG,
				 "more than %d different conditions on one argument: too many to "
				 "compare exactly",
				 DOMAIN_CONDITIONS_MAX);
	if (i == domain->condition_count)
		domain->conditions[domain->condition_count++] = *condition;
	*ret_bit = UINT64_C(1) << i;
	return 0;
}

void argument_domain_finish(struct argument_domain *domain)
{
	free(domain->classes);
}

static int add_class(struct argument_domain *domain, uint64_t truth, uint64_t witness,
		     struct error *err)
{
	struct argument_class *grown =
		array_grow(domain->classes, domain->class_count, sizeof(*grown));

	if (!grown)
		return error_nomem(err);
	domain->classes = grown;
	grown[domain->class_count++] = (struct argument_class){ truth, witness };
	return 0;
}

static int take_step(struct search *search, struct error *err)
{
	if (++search->steps <= STEPS_MAX)
		return 0;
	return error_set(err, E2BIG,
			 "the masked conditions on one argument are too many to compare exactly");
}

/*
 * Looks for a value that matches the pattern and none of the excluded patterns from index first
 * on. Returns 1 and the value, or 0 if there is none. One different bit is enough to escape an
 * excluded pattern. So each bit that is still free is tried in turn, with the bits tried before
 * it left equal.
 */
static int find_value(struct search *search, struct pattern pattern, size_t first,
		      uint64_t *ret_value, struct error *err)
{
	uint64_t free_bits, bit;
	size_t i = first;
	int r = take_step(search, err);

	if (r < 0)
		return r;
	while (i < search->excluded_count && ((pattern.value ^ search->excluded[i].value) &
					      pattern.mask & search->excluded[i].mask))
		i++;
	if (i == search->excluded_count) {
		*ret_value = pattern.value;
		return 1;
	}
	free_bits = search->excluded[i].mask & ~pattern.mask;
	for (; free_bits; free_bits &= ~bit) {
		bit = free_bits & -free_bits;
		r = find_value(search,
			       (struct pattern){ pattern.mask | bit,
						 pattern.value |
							 (bit & ~search->excluded[i].value) },
			       i + 1, ret_value, err);
		if (r != 0)
			return r;
		pattern.mask |= bit;
		pattern.value |= bit & search->excluded[i].value;
	}
	return 0;
}

/*
 * Splits the values of a pattern by the masked conditions from index next on: each holds or
 * not.
 */
static int split_masked(struct search *search, size_t next, struct pattern pattern, uint64_t truth,
			struct error *err)
{
	const struct condition *condition;
	struct pattern wanted;
	uint64_t value;
	int r;

	r = find_value(search, pattern, 0, &value, err);
	if (r <= 0)
		return r;
	if (next == search->masked_count)
		return add_class(search->domain, truth, value, err);
	condition = &search->domain->conditions[search->masked[next]];
	wanted = (struct pattern){ condition->value, condition->value_two };
	if (((pattern.value ^ wanted.value) & pattern.mask & wanted.mask) == 0) {
		struct pattern both = { pattern.mask | wanted.mask, pattern.value | wanted.value };

		r = split_masked(search, next + 1, both,
				 truth | UINT64_C(1) << search->masked[next], err);
		if (r < 0)
			return r;
	}
	search->excluded[search->excluded_count++] = wanted;
	r = split_masked(search, next + 1, pattern, truth, err);
	search->excluded_count--;
	return r;
}

/*
 * Splits the values from first to last, in which the unmasked conditions do not change. The
 * interval is cut into blocks whose size is a power of two. A block is a pattern: the upper
 * bits that its values share.
 */
static int split_interval(struct search *search, uint64_t first, uint64_t last, struct error *err)
{
	uint64_t size, lower;
	int r;

	if (search->masked_count == 0)
		return add_class(search->domain, search->ordered_truth, first, err);
	for (;;) {
		/* All ones below the lowest set bit. For 0, all ones. */
		lower = (first & -first) - 1;
		while (lower > last - first)
			lower >>= 1;
		size = lower + 1;
		r = split_masked(search, 0, (struct pattern){ ~lower, first },
				 search->ordered_truth, err);
		if (r < 0 || last - first == lower)
			return r;
		first += size;
	}
}

static int compare_values(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* Lists the values at which an unmasked condition can change. Returns their number. */
static size_t find_steps(const struct argument_domain *domain, uint64_t max,
			 uint64_t steps[1 + 2 * DOMAIN_CONDITIONS_MAX])
{
	size_t i, length = 0, count = 0;

	steps[length++] = 0;
	for (i = 0; i < domain->condition_count; i++) {
		const struct condition *condition = &domain->conditions[i];

		if (condition->comparison == COMPARE_MASKED_EQ)
			continue;
		steps[length++] = condition->value;
		if (condition->value < max)
			steps[length++] = condition->value + 1;
	}
	qsort(steps, length, sizeof(*steps), compare_values);
	for (i = 0; i < length; i++)
		if (i == 0 || steps[i] != steps[count - 1])
			steps[count++] = steps[i];
	return count;
}

static int compare_classes(const void *left, const void *right)
{
	const struct argument_class *a = left, *b = right;

	if (a->truth != b->truth)
		return a->truth < b->truth ? -1 : 1;
	return compare_values(&a->witness, &b->witness);
}

/*
 * Keeps one class of each truth, with the least witness. Different intervals can yield the same
 * truth.
 */
static void drop_duplicates(struct argument_domain *domain)
{
	size_t i, count = 0;

	qsort(domain->classes, domain->class_count, sizeof(*domain->classes), compare_classes);
	for (i = 0; i < domain->class_count; i++)
		if (i == 0 || domain->classes[i].truth != domain->classes[count - 1].truth)
			domain->classes[count++] = domain->classes[i];
	domain->class_count = count;
}

int argument_domain_split(struct argument_domain *domain, uint64_t max, struct error *err)
{
	struct search search = { .domain = domain };
	uint64_t steps[1 + 2 * DOMAIN_CONDITIONS_MAX];
	size_t i, j, count;
	int r = 0;

	for (i = 0; i < domain->condition_count; i++)
		if (domain->conditions[i].comparison == COMPARE_MASKED_EQ)
			search.masked[search.masked_count++] = i;
	count = find_steps(domain, max, steps);
	for (i = 0; i < count && r == 0; i++) {
		search.ordered_truth = 0;
		for (j = 0; j < domain->condition_count; j++)
			if (domain->conditions[j].comparison != COMPARE_MASKED_EQ &&
			    condition_holds(&domain->conditions[j], steps[i]))
				search.ordered_truth |= UINT64_C(1) << j;
		r = split_interval(&search, steps[i], i + 1 < count ? steps[i + 1] - 1 : max, err);
	}
	if (r == 0)
		drop_duplicates(domain);
	return r;
}
