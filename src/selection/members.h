/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_MEMBERS_H
#define SELECTION_MEMBERS_H

/* The cgroups that exist, as one target sees them: each with the workload that it belongs to. */
#include <stddef.h>
#include <stdint.h>

struct error;
struct tracked_cgroup;
struct workload;

struct member {
	struct tracked_cgroup *tracked; /* borrowed from the recorder */
	struct workload *owner;		/* borrowed; NULL: none */
	int64_t since;			/* CLOCK_MONOTONIC: when the target learnt of it */
};

struct members {
	struct member *items;
	size_t length;
};

/* Adds a cgroup without an owner. ret_member is valid until the next change. */
int members_add(struct members *members, struct tracked_cgroup *tracked, struct member **ret_member,
		struct error *err);

/* Returns the member with this cgroup id, or NULL. It is valid until the next change. */
struct member *members_find(const struct members *members, uint64_t cgroup_id);

/* Makes the workload the owner of a member that has none, and adds the cgroup to it. */
int member_give(struct member *member, struct workload *workload, struct error *err);

void members_remove(struct members *members, struct member *member);
void members_finish(struct members *members);

#endif
