// SPDX-License-Identifier: Apache-2.0
#include "record/slots.h"

#include <sched.h>
#include <stddef.h>

/* More than enough for the end of a BPF program that is running on another CPU. */
#define END_TRIES 1000

/*
 * When an arrival ends, the BPF program moves its calls and flags into its slot, clears them and
 * frees the arrival (arrival_end() in bpf/arrival.h). Here they are read in the same direction, the
 * arrivals first: whatever is gone from an arrival is found in the slot.
 */

static void add_bitmap(struct recorder_bitmap *to, const struct recorder_bitmap *from)
{
	size_t abi, word;

	for (abi = 0; abi < RECORDER_ABIS; abi++)
		for (word = 0; word < RECORDER_WORDS; word++)
			to->words[abi][word] |= from->words[abi][word];
}

static void add_mover(struct recorder_slot *slot, uint64_t mover)
{
	size_t i;

	for (i = 0; i < RECORDER_MOVERS && slot->movers[i]; i++)
		if (slot->movers[i] == mover)
			return;
	if (i < RECORDER_MOVERS)
		slot->movers[i] = mover;
	else
		slot->lost++;
}

/* Adds what arrival_end() would add if the arrival ended now; if settled, what is sure already. */
static void add_arrival(struct recorder_slot *slot, const struct recorder_arrival *arrival,
			bool settled)
{
	add_bitmap(&slot->bitmaps[RECORDER_RUNTIME], &arrival->bitmaps[0]);
	if (settled || (!arrival->mover && arrival->flags & RECORDER_ARRIVAL_ENDED))
		return;
	add_bitmap(&slot->bitmaps[RECORDER_PENDING], &arrival->bitmaps[1]);
	if (!(arrival->flags & RECORDER_ARRIVAL_ENDED))
		slot->flags |= arrival->flags & RECORDER_ARRIVAL_RUNTIME ?
				       RECORDER_PENDING_RUNTIME :
				       RECORDER_PENDING_OTHER;
	if (arrival->flags & RECORDER_ARRIVAL_HOOK && !(arrival->flags & RECORDER_ARRIVAL_ENDED))
		slot->flags |= RECORDER_PENDING_HOOK;
	if (!arrival->mover)
		return;
	slot->flags |= RECORDER_PENDING_MOVED;
	add_mover(slot, arrival->mover);
}

static bool is_of_slot(const struct recorder_arrival *arrival, uint32_t slot, uint32_t generation)
{
	return arrival->slot == slot && arrival->generation == generation;
}

static bool has_tasks(const struct recorder_arrival *arrival)
{
	return __atomic_load_n(&arrival->tasks, __ATOMIC_SEQ_CST) > 0;
}

static bool has_calls(const struct recorder_arrival *arrival)
{
	const volatile __u64 *words = &arrival->bitmaps[0].words[0][0];
	size_t i;

	for (i = 0; i < RECORDER_ARRIVAL_BITMAPS * RECORDER_ABIS * RECORDER_WORDS; i++)
		if (words[i])
			return true;
	return false;
}

/* Waits until the BPF program has moved the calls of an arrival whose last task has left. */
static void wait_for_end(const struct recorder_arrival *arrival)
{
	int tries;

	for (tries = 0; tries < END_TRIES && !has_tasks(arrival) && has_calls(arrival); tries++)
		sched_yield();
}

/* Adds the arrivals of a slot, except those that have ended, or end meanwhile. */
static void add_arrivals(const struct slots *slots, uint32_t index, bool settled,
			 struct recorder_slot *slot)
{
	struct recorder_arrival copy;
	uint32_t i;

	for (i = 1; i < slots->arrival_count; i++) {
		const struct recorder_arrival *arrival = &slots->arrivals[i];

		if (!is_of_slot(arrival, index, slot->generation))
			continue;
		if (has_tasks(arrival)) {
			copy = *arrival;
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
			if (has_tasks(arrival) && is_of_slot(arrival, index, slot->generation)) {
				add_arrival(slot, &copy, settled);
				continue;
			}
		}
		wait_for_end(arrival);
	}
}

void slots_read(const struct slots *slots, uint32_t slot, bool settled,
		struct recorder_slot *ret_slot)
{
	struct recorder_slot pending = { .generation = slots->slots[slot].generation };
	size_t i;

	add_arrivals(slots, slot, settled, &pending);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	*ret_slot = slots->slots[slot];
	for (i = 0; i < RECORDER_BITMAPS; i++)
		add_bitmap(&ret_slot->bitmaps[i], &pending.bitmaps[i]);
	for (i = 0; i < RECORDER_MOVERS && pending.movers[i]; i++)
		add_mover(ret_slot, pending.movers[i]);
	ret_slot->flags |= pending.flags;
	ret_slot->lost += pending.lost;
}

bool slots_have_arrivals(const struct slots *slots, uint32_t slot)
{
	uint32_t i;

	for (i = 1; i < slots->arrival_count; i++)
		if (is_of_slot(&slots->arrivals[i], slot, slots->slots[slot].generation) &&
		    has_tasks(&slots->arrivals[i]))
			return true;
	return false;
}
