/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_SIGHT_H
#define BPF_SIGHT_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "slot.h"

/* Setting a bit that may be new, and telling. Cold: at most once a call, kind and slot. */

struct sighting {
	__u32 slot;
	__u32 nr;
	__u16 abi;
	__u16 kind;
};

static __always_inline void tell(__u32 type, const struct sighting *sighting, __u32 generation)
{
	struct recorder_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		__sync_fetch_and_add(&losses.events, 1);
		return;
	}
	event->type = type;
	event->slot = sighting->slot;
	event->generation = generation;
	event->nr = sighting->nr;
	event->abi = sighting->abi;
	event->kind = sighting->kind;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->time = bpf_ktime_get_boot_ns();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
}

/* The number is past the bitmaps: kept in a map, a bounded number a slot. */
static __noinline int sight_stray(struct sighting *sighting)
{
	struct recorder_slot *slot;
	struct recorder_stray key = {};
	__u64 now = bpf_ktime_get_boot_ns();

	slot = slot_get(sighting->slot);
	if (!slot)
		return 0;
	key.slot = sighting->slot;
	key.generation = slot->generation;
	key.nr = sighting->nr;
	key.abi = sighting->abi;
	key.kind = sighting->kind;
	if (bpf_map_lookup_elem(&strays, &key))
		return 0;
	if (slot->strays >= RECORDER_STRAYS_PER_SLOT ||
	    bpf_map_update_elem(&strays, &key, &now, BPF_ANY)) {
		__sync_fetch_and_add(&slot->lost, 1);
		return 0;
	}
	__sync_fetch_and_add(&slot->strays, 1);
	tell(RECORDER_EVENT_CALL, sighting, slot->generation);
	return 0;
}

static __always_inline __u64 *sight_word(struct recorder_slot *slot,
					 const struct sighting *sighting)
{
	__u32 kind = sighting->kind, abi = sighting->abi, word = sighting->nr / 64;

	if (kind >= RECORDER_KINDS || abi >= RECORDER_ABIS || word >= RECORDER_WORDS)
		return NULL;
	return &slot->bitmaps[kind].words[abi][word];
}

static __noinline int sight(struct sighting *sighting)
{
	struct recorder_slot *slot;
	__u64 *word, bit;

	slot = slot_get(sighting->slot);
	if (!slot)
		return 0;
	word = sight_word(slot, sighting);
	if (!word)
		return sight_stray(sighting);
	bit = 1ULL << (sighting->nr % 64);
	if (__sync_fetch_and_or(word, bit) & bit)
		return 0;
	tell(RECORDER_EVENT_CALL, sighting, slot->generation);
	return 0;
}

#endif
