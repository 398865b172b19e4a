// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_union.h"

#include <stdlib.h>
#include <string.h>

#include "recording/applied_profile.h"
#include "recording/observation_merge.h"
#include "util/array.h"
#include "util/error.h"

/* Fewer observations are not worth uniting. */
#define UNITE_MIN 64

static int compare_lifetimes(const void *a, const void *b)
{
	return observation_compare_lifetimes(a, b);
}

static int compare_observations(const void *a, const void *b)
{
	return observation_compare(a, b);
}

/* Merges the observations of each lifetime into one. */
static int unite(struct recording_union *all, struct error *err)
{
	struct observation *last = all->items;
	size_t i;
	int r = 0;

	if (!all->length) /* there is no array to sort */
		return 0;
	qsort(all->items, all->length, sizeof(*all->items), compare_lifetimes);
	for (i = 1; i < all->length; i++) {
		struct observation *next = &all->items[i];

		if (r < 0 || observation_compare_lifetimes(last, next) != 0) {
			*++last = *next;
			continue;
		}
		r = observation_merge(last, next, err);
		observation_finish(next);
	}
	all->length = last - all->items + 1;
	all->distinct = all->length;
	return r;
}

int recording_union_add(struct recording_union *all, struct observation *observation,
			struct error *err)
{
	struct observation *items;
	int r;

	/* Unite now, so that repeated recordings take no more memory than one of them. */
	if (all->length >= UNITE_MIN + 2 * all->distinct && (r = unite(all, err)) < 0)
		return r;
	items = array_grow(all->items, all->length, sizeof(*items));
	if (!items)
		return error_nomem(err);
	all->items = items;
	if (all->length)
		applied_profile_share(&observation->applied_profile,
				      items[all->length - 1].applied_profile);
	items[all->length++] = *observation;
	*observation = (struct observation){};
	return 0;
}

int recording_union_add_all(struct recording_union *all, struct recording *recording,
			    struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < recording->observation_count; i++) {
		r = recording_union_add(all, &recording->observations[i], err);
		if (r < 0)
			return r;
	}
	if (recording->name && (!all->name || strcmp(recording->name, all->name) < 0)) {
		free(all->name);
		all->name = steal_pointer(&recording->name);
	}
	recording_finish(recording);
	return 0;
}

int recording_union_take(struct recording_union *all, struct recording *ret_recording,
			 struct error *err)
{
	int r = unite(all, err);

	if (r < 0)
		return r;
	if (all->length)
		qsort(all->items, all->length, sizeof(*all->items), compare_observations);
	*ret_recording = (struct recording){ all->name, all->items, all->length };
	*all = (struct recording_union){};
	return 0;
}

void recording_union_finish(struct recording_union *all)
{
	size_t i;

	for (i = 0; i < all->length; i++)
		observation_finish(&all->items[i]);
	free(all->items);
	free(all->name);
}
