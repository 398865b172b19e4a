// SPDX-License-Identifier: Apache-2.0
#include "selection/unstored.h"

#include <stdlib.h>

#include "util/array.h"
#include "util/error.h"

int unstored_add(struct unstored *unstored, uint64_t id, uint64_t workload, struct error *err)
{
	struct unstored_cgroup *grown =
		array_grow(unstored->items, unstored->length, sizeof(*unstored->items));

	if (!grown)
		return error_nomem(err);
	unstored->items = grown;
	grown[unstored->length++] = (struct unstored_cgroup){ .id = id, .workload = workload };
	return 0;
}

const struct unstored_cgroup *unstored_find(const struct unstored *unstored, uint64_t id)
{
	size_t i;

	for (i = 0; i < unstored->length; i++)
		if (unstored->items[i].id == id)
			return &unstored->items[i];
	return NULL;
}

void unstored_forget_taken(struct unstored *unstored)
{
	size_t i, kept = 0;

	for (i = 0; i < unstored->length; i++)
		if (!unstored->items[i].taken)
			unstored->items[kept++] = unstored->items[i];
	unstored->length = kept;
}

void unstored_finish(struct unstored *unstored)
{
	free(unstored->items);
	*unstored = (struct unstored){};
}
