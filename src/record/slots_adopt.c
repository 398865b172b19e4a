// SPDX-License-Identifier: Apache-2.0
/*
 * Takes slots over from the maps of other programs of the same layout. Those may still be writing,
 * so a slot is adopted early, and what it holds then is merged again at the end.
 */
#include "record/slots.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "record/object.h"
#include "record/tracked_cgroup.h"
#include "util/error.h"

/* Flags that depend on the maps, and not on the cgroup. */
#define OWN_FLAGS \
	((uint32_t)(RECORDER_STAGED | RECORDER_SETTLED | RECORDER_PRESENT | RECORDER_DROPPED))

static int set_slot_of_cgroup(const struct slots *slots, uint64_t id, uint32_t slot,
			      struct error *err)
{
	if (bpf_map_update_elem(slots->object->slot_by_cgroup, &id, &slot, BPF_NOEXIST) < 0)
		return error_set_errno(err, errno, "take a cgroup over");
	return 0;
}

int slots_adopt(struct slots *slots, const struct slots *from, uint32_t index, bool settled,
		uint32_t *ret_slot, struct error *err)
{
	struct recorder_slot copy = from->slots[index], *entry;
	uint32_t slot;

	if (bpf_map_lookup_and_delete_elem(slots->object->free_slots, NULL, &slot) < 0)
		return error_set(err, ENOSPC, "more than %u cgroups at once", slots->count - 1);
	entry = &slots->slots[slot];
	copy.generation = entry->generation;
	copy.flags = (copy.flags & ~OWN_FLAGS) | (settled ? RECORDER_SETTLED : 0);
	copy.state = RECORDER_FREE;
	copy.overflow = 0; /* slots_merge_overflow() and slots_merge() add what is missing */
	copy.lost = 0;
	*entry = copy;
	memcpy(&slots->paths[slot], &from->paths[index], sizeof(slots->paths[slot]));
	*ret_slot = slot;
	if (from->slots[index].state == RECORDER_DEAD) {
		entry->removed = from->slots[index].removed;
		entry->state = RECORDER_DEAD;
		return 0;
	}
	entry->state = RECORDER_LIVE;
	return set_slot_of_cgroup(slots, entry->cgroup_id, slot, err);
}

static void merge_bitmap(struct recorder_bitmap *to, const struct recorder_bitmap *from)
{
	size_t abi, word;

	for (abi = 0; abi < RECORDER_ABIS; abi++)
		for (word = 0; word < RECORDER_WORDS; word++)
			if (from->words[abi][word] & ~to->words[abi][word])
				__atomic_fetch_or(&to->words[abi][word], from->words[abi][word],
						  __ATOMIC_SEQ_CST);
}

/* Adds the ids of one list, which 0 ends, to another. Returns false if there is no room. */
static bool merge_ids(__u64 *to, const __u64 *from, size_t count)
{
	size_t i, j;

	for (i = 0; i < count && from[i]; i++) {
		for (j = 0; j < count && to[j] != from[i]; j++) {
			__u64 none = 0;

			if (__atomic_compare_exchange_n(&to[j], &none, from[i], false,
							__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
				break;
		}
		if (j == count)
			return false;
	}
	return true;
}

static void merge_left(struct recorder_slot *to, const struct recorder_slot *from)
{
	if (from->left_pid) {
		to->left_pid = from->left_pid;
		memcpy(to->left_comm, from->left_comm, sizeof(to->left_comm));
	}
	if (!merge_ids(to->left_to, from->left_to, RECORDER_LEFT_MAX))
		__atomic_fetch_add(&to->lost, 1, __ATOMIC_SEQ_CST);
}

/*
 * The values of arguments are not taken over. So all arguments of calls that were made meanwhile are
 * unrecorded, which is said: they give no conditions.
 */
static void lose_values(struct recorder_slot_values *to, const struct recorder_slot_values *from)
{
	size_t word;

	if (!from->first && !from->lost)
		return;
	for (word = 0; word < RECORDER_ARGUMENT_ROWS / 64; word++)
		__atomic_fetch_or(&to->unrecorded[word], ~0ULL, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&to->lost, 1, __ATOMIC_SEQ_CST);
}

/* The programs of these slots may have been attached too late to see that the cgroup was removed. */
static void merge_removal(struct slots *slots, struct recorder_slot *to,
			  const struct recorder_slot *from)
{
	if (from->state != RECORDER_DEAD || to->state != RECORDER_LIVE)
		return;
	bpf_map_delete_elem(slots->object->slot_by_cgroup, &from->cgroup_id);
	to->removed = from->removed;
	__atomic_store_n(&to->state, RECORDER_DEAD, __ATOMIC_SEQ_CST);
}

void slots_merge(struct slots *slots, uint32_t slot, const struct slots *from, uint32_t index)
{
	struct recorder_slot *to = &slots->slots[slot];
	struct recorder_slot copy;
	size_t kind;

	slots_read(from, index, false, &copy);
	for (kind = 0; kind < RECORDER_BITMAPS; kind++)
		merge_bitmap(&to->bitmaps[kind], &copy.bitmaps[kind]);
	if (to->domain != copy.domain) {
		to->domain = copy.domain;
		slots_flag(slots, slot, RECORDER_REPLACED);
	}
	slots_flag(slots, slot, copy.flags & ~OWN_FLAGS);
	/* The other programs know since when the cgroup is recorded. */
	if (!(copy.flags & RECORDER_PRESENT))
		slots_clear_flag(slots, slot, RECORDER_PRESENT);
	if (!merge_ids(to->movers, copy.movers, RECORDER_MOVERS))
		copy.lost++;
	merge_left(to, &copy);
	if (!to->setup_size)
		to->setup_size = copy.setup_size;
	__atomic_fetch_add(&to->lost, copy.lost, __ATOMIC_SEQ_CST);
	lose_values(&slots->values[slot], &from->values[index]);
	merge_removal(slots, to, &copy);
}

static void merge_overflow(struct slots *slots, uint32_t slot, struct recorder_overflow key,
			   uint64_t time)
{
	struct recorder_slot *entry = &slots->slots[slot];

	key.slot = slot;
	key.generation = entry->generation;
	if (bpf_map_update_elem(slots->object->overflow, &key, &time, BPF_NOEXIST) == 0)
		__atomic_fetch_add(&entry->overflow, 1, __ATOMIC_SEQ_CST);
	else if (errno != EEXIST)
		__atomic_fetch_add(&entry->lost, 1, __ATOMIC_SEQ_CST);
}

void slots_merge_overflow(struct slots *slots, const struct slots *from, const uint32_t *successors)
{
	struct recorder_overflow key, *previous = NULL;
	uint64_t time;

	while (bpf_map_get_next_key(from->object->overflow, previous, &key) == 0) {
		if (key.slot < from->count && successors[key.slot] &&
		    key.generation == from->slots[key.slot].generation &&
		    bpf_map_lookup_elem(from->object->overflow, &key, &time) == 0)
			merge_overflow(slots, successors[key.slot], key, time);
		previous = &key;
	}
}
