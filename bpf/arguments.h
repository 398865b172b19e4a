/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_ARGUMENTS_H
#define BPF_ARGUMENTS_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "maps.h"
#include "slot.h"
#include "task.h"

/*
 * Records the values of arguments. "values" is one hash map for all slots, so that its memory is
 * bounded. The elements of a slot are a list, so that user space finds them without reading those
 * of all others.
 *
 * Nearly always the value was seen before. Then a direct-mapped cache in global data has it. An
 * entry is the whole key of the value (shared.h), so a wrong answer is impossible. What is in the
 * cache is in the map. User space clears the entries of a slot before it frees the slot.
 *
 * A value that cannot be read or stored sets a bit of its row in "unrecorded".
 */
__u64 value_cache[RECORDER_VALUE_CACHE_SIZE];

/* 2^64 / golden ratio: the upper bits of the product depend on all bits of the key. */
#define VALUE_HASH 0x9e3779b97f4a7c15ULL
/* log2(RECORDER_VALUE_CACHE_SIZE) */
#define VALUE_CACHE_BITS 12

_Static_assert(1 << VALUE_CACHE_BITS == RECORDER_VALUE_CACHE_SIZE, "all entries are used");

static __always_inline __u32 value_cache_index(__u64 key)
{
	return key * VALUE_HASH >> (64 - VALUE_CACHE_BITS);
}

static __always_inline __u32 argument_span(__u32 abi, __u32 nr)
{
	return abi < RECORDER_ABIS && nr < RECORDER_NUMBERS ? argument_spans[abi][nr] : 0;
}

#if defined(__TARGET_ARCH_x86)
static __always_inline __u64 regs_native_argument(struct pt_regs *regs, __u32 index)
{
	switch (index) {
	case 0:
		return regs->di;
	case 1:
		return regs->si;
	case 2:
		return regs->dx;
	case 3:
		return regs->r10;
	case 4:
		return regs->r8;
	default:
		return regs->r9;
	}
}

static __always_inline __u64 regs_compat_argument(struct pt_regs *regs, __u32 index)
{
	switch (index) {
	case 0:
		return regs->bx;
	case 1:
		return regs->cx;
	case 2:
		return regs->dx;
	case 3:
		return regs->si;
	case 4:
		return regs->di;
	default:
		return regs->bp;
	}
}
#elif defined(__TARGET_ARCH_arm64)
/* The first argument's register has the result when the call ends. */
static __always_inline __u64 regs_native_argument(struct pt_regs *regs, __u32 index)
{
	switch (index) {
	case 0:
		return regs->orig_x0;
	case 1:
		return regs->regs[1];
	case 2:
		return regs->regs[2];
	case 3:
		return regs->regs[3];
	case 4:
		return regs->regs[4];
	default:
		return regs->regs[5];
	}
}

static __always_inline __u64 regs_compat_argument(struct pt_regs *regs, __u32 index)
{
	return regs_native_argument(regs, index);
}
#endif

/*
 * Returns an argument of the call that the current task makes. The kernel ignores the upper half of
 * a 32-bit task's registers.
 */
static __always_inline __u64 regs_argument(struct pt_regs *regs, __u32 abi, __u32 index)
{
	return abi == ABI_COMPAT ? (__u32)regs_compat_argument(regs, index) :
				   regs_native_argument(regs, index);
}

/*
 * Reads the value of a row from a structure in user memory, where another thread may change it
 * before the kernel reads it too. Returns 0 on success.
 */
static __always_inline long read_memory(struct pt_regs *regs, __u32 abi,
					const volatile struct recorder_argument_row *row,
					__u64 *ret_value)
{
	__u64 offset = row->words * 4ULL;
	__u32 word = 0;

	*ret_value = 0;
	if (row->flags & RECORDER_ARGUMENT_SIZED &&
	    regs_argument(regs, abi, row->size) < offset + sizeof(word))
		return 0;
	if (bpf_probe_read_user(&word, sizeof(word),
				(void *)(regs_argument(regs, abi, row->index) + offset)))
		return -1;
	*ret_value = word;
	return 0;
}

/* Reads the value of a row, with the wide bit of its key. Returns 0 on success. */
static __always_inline long read_value(struct pt_regs *regs, __u32 abi,
				       const volatile struct recorder_argument_row *row,
				       __u64 *ret_value)
{
	__u64 value;

	if (!(row->flags & RECORDER_ARGUMENT_MEMORY))
		value = regs_argument(regs, abi, row->index);
	else if (read_memory(regs, abi, row, &value))
		return -1;
	if (row->flags & RECORDER_ARGUMENT_PRESENT)
		value = !!value;
	*ret_value = (value & row->kept) | (value >> 32 ? RECORDER_VALUE_WIDE : 0);
	return 0;
}

static __always_inline __u64 value_key(__u32 slot, __u32 abi, __u32 kind, __u32 row, __u64 value)
{
	return (__u64)slot << RECORDER_VALUE_SLOT | (__u64)kind << RECORDER_VALUE_KIND |
	       (__u64)abi << RECORDER_VALUE_ABI | (__u64)row << RECORDER_VALUE_ROW | value;
}

/* True if all recorded arguments of the current task's call have values that the workload used. */
__noinline int arguments_known(__u32 slot, __u32 abi, __u32 span)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	__u32 row = span & 0xff, i;
	__u64 value, key;

	for (i = 0; i < RECORDER_ARGUMENTS_PER_CALL && i < span >> 8; i++, row++) {
		row &= RECORDER_ARGUMENT_ROWS - 1;
		if (read_value(regs, abi, &argument_rows[row], &value))
			return false;
		key = value_key(slot, abi, RECORDER_OBSERVED, row, value);
		if (value_cache[value_cache_index(key)] != key)
			return false;
	}
	return true;
}

/*
 * The same for native calls and for arguments that are not in memory, without a function call. It reads
 * a row with one load.
 */
static __always_inline bool native_values_known(struct pt_regs *regs, __u32 slot, __u32 span)
{
	__u32 first = span & (RECORDER_ARGUMENT_ROWS - 1), i;
	__u64 row, value, key;

	for (i = 0; i < RECORDER_ARGUMENTS_PER_CALL; i++) {
		if (i == span >> 8)
			return true;
		row = *(const volatile __u64 *)&argument_rows[(first + i) &
							      (RECORDER_ARGUMENT_ROWS - 1)];
		if (row >> 56 & (RECORDER_ARGUMENT_MEMORY | RECORDER_ARGUMENT_PRESENT))
			return false;
		value = regs_native_argument(regs, row >> 32 & 0xff);
		key = value_key(slot, ABI_NATIVE, RECORDER_OBSERVED, first + i, value & (__u32)row);
		if (value >> 32)
			key |= RECORDER_VALUE_WIDE;
		if (value_cache[value_cache_index(key)] != key)
			return false;
	}
	return true;
}

static __always_inline struct recorder_slot_values *slot_values_get(__u32 slot)
{
	return bpf_map_lookup_elem(&slot_values, &slot);
}

static __always_inline void value_lose(struct recorder_slot_values *of, __u32 row)
{
	__sync_fetch_and_or(&of->unrecorded[row / 64 & 1], 1ULL << (row % 64));
	__sync_fetch_and_add(&of->lost, 1);
}

/* How often a task tries to put an element into a list that others change too. */
#define LINK_TRIES 8

/* Puts a new element at the beginning of the slot's list. Returns 0 on success. */
static __always_inline long value_link(struct recorder_slot_values *of, __u64 key)
{
	struct recorder_value *value = bpf_map_lookup_elem(&values, &key);
	__u64 first;
	int i;

	for (i = 0; i < LINK_TRIES && value; i++) {
		first = of->first;
		value->next = first;
		if (__sync_val_compare_and_swap(&of->first, first, key) == first)
			return 0;
	}
	bpf_map_delete_elem(&values, &key);
	return -1;
}

/* Stores an element, unless it is there. Returns 0 if it is there now, 1 if it is new. */
__noinline int value_store(__u64 key, __u32 slot)
{
	struct recorder_slot_values *of = slot_values_get(slot);
	struct recorder_value value = { .time = bpf_ktime_get_boot_ns() };

	if (!of || bpf_map_lookup_elem(&values, &key))
		return 0;
	if (key & RECORDER_VALUE_NUMBER)
		value.number = 0;
	else
		bpf_get_current_comm(value.comm, sizeof(value.comm));
	if (of->number >= RECORDER_VALUES_PER_SLOT)
		return -1;
	if (bpf_map_update_elem(&values, &key, &value, BPF_NOEXIST))
		/* Another task may have stored it now. */
		return bpf_map_lookup_elem(&values, &key) ? 0 : -1;
	if (value_link(of, key))
		return -1;
	__sync_fetch_and_add(&of->number, 1);
	return 1;
}

/*
 * Stores one of up to RECORDER_VALUES_PER_ARGUMENT values. Returns a negative number if it could
 * not. The values are counted in an element of their own.
 */
static __always_inline long value_store_counted(__u64 key, __u32 slot)
{
	__u64 number_key = (key & ~(RECORDER_VALUE_WIDE | 0xffffffffULL)) | RECORDER_VALUE_NUMBER;
	struct recorder_value *number;

	if (bpf_map_lookup_elem(&values, &key))
		return 0;
	if (value_store(number_key, slot) < 0)
		return -1;
	number = bpf_map_lookup_elem(&values, &number_key);
	if (!number)
		return -1;
	if (number->number > RECORDER_VALUES_PER_ARGUMENT)
		return 0; /* it is any value already */
	if (__sync_fetch_and_add(&number->number, 1) >= RECORDER_VALUES_PER_ARGUMENT)
		return 0;
	return value_store(key, slot);
}

/* Stores each flag of a value, or 0 if it has none. Returns a negative number if it could not. */
static __always_inline long value_store_flags(__u64 key, __u32 slot)
{
	__u64 base = key & ~0xffffffffULL;
	__u32 flags = key, bit;

	if (!flags)
		return value_store(key, slot);
	for (bit = 0; bit < 32; bit++)
		if (flags & (1U << bit) && value_store(base | 1U << bit, slot) < 0)
			return -1;
	return 0;
}

__noinline int value_record(__u64 key, __u32 slot, __u32 flags)
{
	__u32 at = value_cache_index(key);
	long r;

	if (value_cache[at] == key)
		return 0;
	r = flags & RECORDER_ARGUMENT_FLAGS ? value_store_flags(key, slot) :
					      value_store_counted(key, slot);
	if (r >= 0)
		value_cache[at] = key;
	return r;
}

/*
 * Records the arguments of the call that the current task makes. call is the number, with the ABI
 * shifted by 32 and the kind by 40. A function that is not static is verified once.
 */
__noinline int arguments_record(__u32 slot, __u64 call)
{
	__u32 abi = call >> 32 & 0xff, kind = call >> 40 & 7;
	__u32 span = argument_span(abi, call), row = span & 0xff, i;
	struct recorder_slot_values *of = slot_values_get(slot);
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	__u64 value;

	if (!of)
		return 0;
	for (i = 0; i < RECORDER_ARGUMENTS_PER_CALL && i < span >> 8; i++, row++) {
		row &= RECORDER_ARGUMENT_ROWS - 1;
		if (read_value(regs, abi, &argument_rows[row], &value) ||
		    value_record(value_key(slot, abi, kind, row, value), slot,
				 argument_rows[row].flags) < 0)
			value_lose(of, row);
	}
	return 0;
}

/* Notes that the arguments of a call were not recorded, where nothing can be stored. */
static __always_inline void arguments_lose(__u32 slot, __u32 abi, __u32 nr)
{
	struct recorder_slot_values *of = slot_values_get(slot);
	__u32 span = argument_span(abi, nr), row = span & 0xff, i;

	for (i = 0; of && i < RECORDER_ARGUMENTS_PER_CALL && i < span >> 8; i++, row++)
		value_lose(of, row & (RECORDER_ARGUMENT_ROWS - 1));
}

#endif
