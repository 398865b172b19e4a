/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_HIT_H
#define BPF_HIT_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "arguments.h"
#include "maps.h"
#include "slot.h"

/*
 * Records a call that may be new to its slot, and reports a new one as an event. This is the
 * slow path: enter() does not come here with a call whose bit is set.
 */

struct hit {
	__u32 slot;
	__u32 nr;
	__u16 abi;
	__u16 kind;
};

static __always_inline void tell(__u32 type, const struct hit *hit, __u32 generation)
{
	struct recorder_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		__sync_fetch_and_add(&life.losses.events, 1);
		return;
	}
	event->type = type;
	event->slot = hit->slot;
	event->generation = generation;
	event->nr = hit->nr;
	event->abi = hit->abi;
	event->kind = hit->kind;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->time = bpf_ktime_get_boot_ns();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
}

/* Records a call without a bit in "overflow", up to RECORDER_OVERFLOW_PER_SLOT per slot. */
static __noinline int hit_overflow(struct hit *hit)
{
	struct recorder_slot *slot;
	struct recorder_overflow key = {};
	__u64 now = bpf_ktime_get_boot_ns();

	slot = slot_get(hit->slot);
	if (!slot)
		return 0;
	key.slot = hit->slot;
	key.generation = slot->generation;
	key.nr = hit->nr;
	key.abi = hit->abi;
	key.kind = hit->kind;
	if (bpf_map_lookup_elem(&overflow, &key))
		return 0;
	if (slot->overflow >= RECORDER_OVERFLOW_PER_SLOT ||
	    bpf_map_update_elem(&overflow, &key, &now, BPF_ANY)) {
		__sync_fetch_and_add(&slot->lost, 1);
		return 0;
	}
	__sync_fetch_and_add(&slot->overflow, 1);
	tell(RECORDER_EVENT_CALL, hit, slot->generation);
	return 0;
}

/*
 * True for the workload's call that ends the set-up of a restored task: see setup_restored().
 * Such a call has no bit, and goes to the map "overflow". With a bit, it would be skipped once
 * any task has made it, and tasks restored later would stay in set-up.
 */
static __always_inline bool ends_setup(const struct hit *hit)
{
	return mode == RECORDER_CGROUPS && hit->kind == RECORDER_OBSERVED &&
	       is_sigreturn(hit->abi, hit->nr);
}

static __always_inline __u64 *hit_word(struct recorder_slot *slot, const struct hit *hit)
{
	__u64 kind = hit->kind, abi = hit->abi, word = hit->nr / 64;

	/* Index with the registers that were compared, of which the verifier knows the limits. */
	asm volatile("" : "+r"(kind), "+r"(abi), "+r"(word));
	if (kind >= RECORDER_BITMAPS || abi >= RECORDER_ABIS || word >= RECORDER_WORDS ||
	    ends_setup(hit))
		return NULL;
	return &slot->bitmaps[kind].words[abi][word];
}

/*
 * Records the arguments of a hit of the current task. They come before its bit: whoever sees the
 * bit sees them too.
 */
static __always_inline void hit_arguments(const struct hit *hit)
{
	if (argument_first(hit->abi, hit->nr))
		arguments_record(hit->slot,
				 hit->nr | (__u64)hit->abi << 32 | (__u64)hit->kind << 40);
}

/* Records a hit without its arguments. */
static __noinline int hit_bit(struct hit *hit)
{
	struct recorder_slot *slot;
	__u64 *word, bit;

	slot = slot_get(hit->slot);
	if (!slot)
		return 0;
	word = hit_word(slot, hit);
	if (!word) {
		/*
		 * Pass a copy: the verifier of Linux 7.3 loses track of what a callee reads
		 * from the stack of its caller's caller ("slot poisoned by dead code
		 * elimination").
		 */
		struct hit copy = *hit;

		return hit_overflow(&copy);
	}
	bit = 1ULL << (hit->nr % 64);
	if (__sync_fetch_and_or(word, bit) & bit)
		return 0;
	tell(RECORDER_EVENT_CALL, hit, slot->generation);
	return 0;
}

static __always_inline int hit_record(struct hit *hit)
{
	hit_arguments(hit);
	return hit_bit(hit);
}

#endif
