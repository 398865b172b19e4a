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

/* Returns the first row of a call, or 0. */
static __always_inline __u64 argument_first(__u32 abi, __u32 nr)
{
	__u64 table = abi, number = nr;

	/* See hit_word(): Linux 6.1 knows the limits of registers of 64 bits only. */
	asm volatile("" : "+r"(table), "+r"(number));
	return table < RECORDER_ABIS && number < RECORDER_NUMBERS ? first_argument[table][number] :
								    0;
}

/* Returns the next row of the same call, or 0. */
static __always_inline __u64 argument_next(__u64 row)
{
	return row & RECORDER_ARGUMENT_MORE ? argument_rows[((row >> RECORDER_VALUE_ROW) + 1) &
							    (RECORDER_ARGUMENT_ROWS - 1)] :
					      0;
}

/*
 * Loads the register of a constant index. The compiler must not turn the branches of
 * regs_native_argument() into one load from an address that it keeps in memory.
 */
#define CASE_REGISTER(number, name)             \
	case number:                            \
		value = regs->name;             \
		asm volatile("" : "+r"(value)); \
		break

static __always_inline __u64 regs_native_argument(struct pt_regs *regs, __u32 index)
{
	__u64 value = 0;

	switch (index) {
#if defined(__TARGET_ARCH_x86)
		CASE_REGISTER(0, di);
		CASE_REGISTER(1, si);
		CASE_REGISTER(2, dx);
		CASE_REGISTER(3, r10);
		CASE_REGISTER(4, r8);
		CASE_REGISTER(5, r9);
#elif defined(__TARGET_ARCH_arm64)
		CASE_REGISTER(0, regs[0]);
		CASE_REGISTER(1, regs[1]);
		CASE_REGISTER(2, regs[2]);
		CASE_REGISTER(3, regs[3]);
		CASE_REGISTER(4, regs[4]);
		CASE_REGISTER(5, regs[5]);
#endif
	}
	return value;
}

static __always_inline __u64 regs_compat_argument(struct pt_regs *regs, __u32 index)
{
#if defined(__TARGET_ARCH_x86)
	__u64 value = 0;

	switch (index) {
		CASE_REGISTER(0, bx);
		CASE_REGISTER(1, cx);
		CASE_REGISTER(2, dx);
		CASE_REGISTER(3, si);
		CASE_REGISTER(4, di);
		CASE_REGISTER(5, bp);
	}
	return value;
#else
	return regs_native_argument(regs, index);
#endif
}

/*
 * Returns an argument of the call that the current task makes. The kernel ignores the upper half of
 * a 32-bit task's registers. When a call has ended, the first register of arm64 has its result.
 */
static __always_inline __u64 regs_argument(struct pt_regs *regs, __u32 abi, __u32 index, bool ended)
{
#if defined(__TARGET_ARCH_arm64)
	if (ended && index == 0)
		return abi == ABI_COMPAT ? (__u32)regs->orig_x0 : regs->orig_x0;
#endif
	return abi == ABI_COMPAT ? (__u32)regs_compat_argument(regs, index) :
				   regs_native_argument(regs, index);
}

static __always_inline __u32 row_index(__u64 row)
{
	return row >> RECORDER_ARGUMENT_INDEX & 7;
}

/*
 * Reads the value of a row from a structure in user memory, where another thread may change it
 * before the kernel reads it too. Returns 0 on success.
 */
static __always_inline long read_memory(struct pt_regs *regs, __u32 abi, __u64 row, bool ended,
					__u64 *ret_value)
{
	__u64 offset = (row >> RECORDER_ARGUMENT_OFFSET & 0xff) * 4;
	__u32 word = 0;

	*ret_value = 0;
	if (row & RECORDER_ARGUMENT_SIZED &&
	    regs_argument(regs, abi, row >> RECORDER_ARGUMENT_SIZE & 7, ended) <
		    offset + sizeof(word))
		return 0;
	if (bpf_probe_read_user(&word, sizeof(word),
				(void *)(regs_argument(regs, abi, row_index(row), ended) + offset)))
		return -1;
	*ret_value = word;
	return 0;
}

/* Reads the value of a row. Returns 0 on success. */
static __always_inline long read_value(struct pt_regs *regs, __u32 abi, __u64 row, bool ended,
				       __u64 *ret_value)
{
	if (!(row & RECORDER_ARGUMENT_MEMORY))
		*ret_value = regs_argument(regs, abi, row_index(row), ended);
	else if (read_memory(regs, abi, row, ended, ret_value))
		return -1;
	if (row & RECORDER_ARGUMENT_PRESENT)
		*ret_value = !!*ret_value;
	return 0;
}

/* Returns the key of a row's value that the workload used in a native call. */
static __always_inline __u64 native_key(__u32 slot, __u64 row, __u64 value)
{
	__u64 key = (row & RECORDER_ARGUMENT_ROW_MASK) | ((__u32)row & (__u32)value) |
		    (__u64)slot << RECORDER_VALUE_SLOT;

	return value >> 32 ? key | RECORDER_VALUE_WIDE : key;
}

static __always_inline __u64 value_key(__u32 slot, __u32 abi, __u32 kind, __u64 row, __u64 value)
{
	return native_key(slot, row, value) | (__u64)kind << RECORDER_VALUE_KIND |
	       (__u64)abi << RECORDER_VALUE_ABI;
}

_Static_assert(RECORDER_OBSERVED == 0 && ABI_NATIVE == 0, "native_key() leaves them out");

/* True if the workload's values of all recorded arguments of the current task's call are known. */
__noinline int arguments_known(__u32 slot, __u32 abi, __u64 row)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	__u64 value, key;
	int i;

	for (i = 0; i < RECORDER_ARGUMENTS_PER_CALL && row; i++) {
		if (read_value(regs, abi, row, false, &value))
			return false;
		key = value_key(slot, abi, RECORDER_OBSERVED, row, value);
		if (value_cache[value_cache_index(key)] != key)
			return false;
		row = argument_next(row);
	}
	return true;
}

/*
 * The same for a native call whose arguments are registers, without a function call. The caller
 * has the first row, which is not 0.
 */
static __always_inline bool native_arguments_known(struct pt_regs *regs, __u32 slot, __u64 row)
{
	__u64 key;
	__u32 index;
	int i;

#pragma unroll
	for (i = 0; i < RECORDER_ARGUMENTS_PER_CALL; i++) {
		index = row >> RECORDER_ARGUMENT_REGISTER & 7;
		if (index == RECORDER_ARGUMENT_INDIRECT)
			return false;
		key = native_key(slot, row, regs_native_argument(regs, index));
		if (value_cache[value_cache_index(key)] != key)
			return false;
		if (!(row & RECORDER_ARGUMENT_MORE))
			return true;
		row = argument_next(row);
	}
	return false;
}

static __always_inline struct recorder_slot_values *slot_values_get(__u32 slot)
{
	return bpf_map_lookup_elem(&slot_values, &slot);
}

static __always_inline void value_lose(struct recorder_slot_values *of, __u64 row)
{
	row &= RECORDER_ARGUMENT_ROWS - 1;
	__sync_fetch_and_or(&of->unrecorded[row / 64], 1ULL << (row % 64));
	__sync_fetch_and_add(&of->lost, 1);
}

/* How often a task tries to put an element into a list that others change too. */
#define LINK_TRIES 32

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
 * not. The values are counted in an element of their own, after they were stored: then each
 * counts once, whoever else stores it, with or without the wide bit. So tasks on other CPUs may
 * store some more.
 */
static __always_inline long value_store_counted(__u64 key, __u32 slot)
{
	__u64 number_key = (key & ~(RECORDER_VALUE_WIDE | 0xffffffffULL)) | RECORDER_VALUE_NUMBER;
	struct recorder_value *number;
	__u64 other;
	int r;

	if (bpf_map_lookup_elem(&values, &key))
		return 0;
	if (value_store(number_key, slot) < 0)
		return -1;
	number = bpf_map_lookup_elem(&values, &number_key);
	if (!number)
		return -1;
	if (number->number > RECORDER_VALUES_PER_ARGUMENT)
		return 0; /* it is any value already */
	r = value_store(key, slot);
	other = key ^ RECORDER_VALUE_WIDE;
	if (r > 0 && !bpf_map_lookup_elem(&values, &other))
		__sync_fetch_and_add(&number->number, 1);
	return r;
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

/* Stores a value of a row, and remembers it. Returns a negative number if it could not. */
__noinline int value_record(__u64 key, __u32 slot, __u64 row)
{
	__u32 at = value_cache_index(key);
	long r;

	if (value_cache[at] == key)
		return 0;
	r = row & RECORDER_ARGUMENT_FLAGS ? value_store_flags(key, slot) :
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
	__u64 row = argument_first(abi, call), value;
	struct recorder_slot_values *of = slot_values_get(slot);
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	int i;

	if (!of)
		return 0;
	for (i = 0; i < RECORDER_ARGUMENTS_PER_CALL && row; i++) {
		if (read_value(regs, abi, row, kind >= RECORDER_DENIED, &value) ||
		    value_record(value_key(slot, abi, kind, row, value), slot, row) < 0)
			value_lose(of, row >> RECORDER_VALUE_ROW);
		row = argument_next(row);
	}
	return 0;
}

/* Notes that the arguments of a call were not recorded, where nothing can be stored. */
static __always_inline void arguments_lose(__u32 slot, __u32 abi, __u32 nr)
{
	struct recorder_slot_values *of = slot_values_get(slot);
	__u64 row = argument_first(abi, nr);
	int i;

	for (i = 0; of && i < RECORDER_ARGUMENTS_PER_CALL && row; i++) {
		value_lose(of, row >> RECORDER_VALUE_ROW);
		row = argument_next(row);
	}
}

#endif
