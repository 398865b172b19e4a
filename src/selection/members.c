// SPDX-License-Identifier: Apache-2.0
#include "selection/members.h"

#include <stdlib.h>
#include <time.h>

#include "record/tracked_cgroup.h"
#include "selection/workload.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"

int members_add(struct members *members, struct tracked_cgroup *tracked, struct member **ret_member,
		struct error *err)
{
	struct member *grown = array_grow(members->items, members->length, sizeof(*grown));

	if (!grown)
		return error_nomem(err);
	members->items = grown;
	*ret_member = &members->items[members->length++];
	**ret_member = (struct member){ .tracked = tracked, .since = clock_ns(CLOCK_MONOTONIC) };
	return 0;
}

struct member *members_find(const struct members *members, uint64_t cgroup_id)
{
	size_t i;

	for (i = 0; i < members->length; i++)
		if (members->items[i].tracked->cgroup_id == cgroup_id)
			return &members->items[i];
	return NULL;
}

int member_give(struct member *member, struct workload *workload, struct error *err)
{
	int r = workload_attach(workload, member->tracked, err);

	if (r == 0)
		member->owner = workload;
	return r;
}

void members_remove(struct members *members, struct member *member)
{
	*member = members->items[--members->length];
}

void members_finish(struct members *members)
{
	free(members->items);
	*members = (struct members){};
}
