// SPDX-License-Identifier: Apache-2.0
#include "record/slot_values.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "record/object.h"
#include "record/slots.h"
#include "record/tracked_cgroup.h"
#include "syscalls/arguments.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

/* An element of the map "values". Its key has what the value is of: see shared.h. */
struct element {
	uint64_t key;
	struct recorder_value value;
};

static uint32_t key_bits(uint64_t key, unsigned int from, unsigned int count)
{
	return key >> from & ((1ULL << count) - 1);
}

/*
 * Reads the element with a key. Returns 0 if it is gone: only then, its slot has been freed, or it
 * could not be linked.
 */
static int read_element(const struct slots *slots, uint64_t key, struct element *ret_element)
{
	ret_element->key = key;
	return bpf_map_lookup_elem(slots->object->values, &key, &ret_element->value) == 0;
}

/* Adds a value, or the fact that there were more than are kept. */
static int add_element(const struct slots *slots, struct tracked_cgroup *tracked,
		       const struct element *element, struct error *err)
{
	uint32_t row = key_bits(element->key, RECORDER_VALUE_ROW, 7);
	uint32_t abi = key_bits(element->key, RECORDER_VALUE_ABI, 2);
	uint32_t kind = key_bits(element->key, RECORDER_VALUE_KIND, 3);
	struct argument *argument, key;
	struct argument_value value = { .value = (uint32_t)element->key };
	int nr, r;

	if (row >= syscall_argument_count || abi >= RECORDER_ABIS || kind >= RECORDER_KINDS)
		return 0;
	nr = syscall_number(machine_native(), abi, syscall_arguments[row].call);
	if (nr < 0)
		return 0;
	key = argument_key(&syscall_arguments[row], abi, nr);
	r = argument_set_get(&tracked->arguments[kind], &key, &argument, err);
	if (r < 0)
		return r;
	if (element->key & RECORDER_VALUE_NUMBER) {
		argument->any |= element->value.number > RECORDER_VALUES_PER_ARGUMENT;
		return 0;
	}
	argument->wide |= !!(element->key & RECORDER_VALUE_WIDE);
	value.first_seen = (int64_t)element->value.time + slots->boot_to_epoch;
	memcpy(value.process, element->value.comm, sizeof(value.process) - 1);
	return argument_add_value(argument, &value, err);
}

/* Notes what is lost of the arguments of a call. The rows are those of all kinds and ABIs. */
static int note_lost(struct tracked_cgroup *tracked, uint32_t kind, const struct call *call,
		     const __u64 *rows, struct error *err)
{
	struct argument_span span = syscall_arguments_of(machine_native(), call->abi, call->nr);
	struct argument *argument;
	uint8_t i;
	int r = 0;

	for (i = 0; i < span.count && r == 0; i++) {
		uint32_t row = span.first + i;
		const struct argument key =
			argument_key(&syscall_arguments[row], call->abi, call->nr);

		if (!(rows[row / 64] & (1ULL << (row % 64))))
			continue;
		r = argument_set_get(&tracked->arguments[kind], &key, &argument, err);
		if (r == 0 && !argument->unrecorded)
			argument->unrecorded = 1;
	}
	return r;
}

static int note_all_lost(struct tracked_cgroup *tracked, const struct recorder_slot_values *of,
			 struct error *err)
{
	uint32_t kind;
	size_t i;
	int r = 0;

	for (kind = 0; kind < RECORDER_KINDS; kind++)
		for (i = 0; i < tracked->calls[kind].length && r == 0; i++)
			r = note_lost(tracked, kind, &tracked->calls[kind].items[i], of->unrecorded,
				      err);
	return r;
}

int slot_values_read(const struct slots *slots, uint32_t slot, struct tracked_cgroup *tracked,
		     struct error *err)
{
	const struct recorder_slot_values *of = &slots->values[slot];
	struct element element;
	uint64_t key = __atomic_load_n(&of->first, __ATOMIC_SEQ_CST);
	uint32_t left = RECORDER_VALUES_MAX; /* a list that has a circle ends, too */
	int r = 0;

	for (; key && left && read_element(slots, key, &element) && r == 0; left--) {
		r = add_element(slots, tracked, &element, err);
		key = element.value.next;
	}
	tracked->values_lost = of->lost;
	return r < 0 || !of->lost ? r : note_all_lost(tracked, of, err);
}

/* Removes the slot's values from the cache of the BPF programs. */
static void clear_cache(const struct slots *slots, uint32_t slot)
{
	size_t i;

	for (i = 0; i < RECORDER_VALUE_CACHE_SIZE; i++)
		if (slots->object->value_cache[i] >> RECORDER_VALUE_SLOT == slot)
			__atomic_store_n(&slots->object->value_cache[i], 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/*
 * Deletes the elements of a list from its end. If this process ends meanwhile, the next one finds
 * what is left as the beginning of the list. An element outside of the list would be lost: the BPF
 * program takes it for a value that is known.
 */
static int delete_list(const struct slots *slots, uint64_t first, struct error *err)
{
	_cleanup_free_ uint64_t *keys = NULL;
	uint64_t *grown;
	struct element element;
	size_t count = 0;
	uint64_t key;

	for (key = first; key && count < RECORDER_VALUES_MAX && read_element(slots, key, &element);
	     key = element.value.next) {
		grown = array_grow(keys, count, sizeof(*keys));
		if (!grown)
			return error_nomem(err);
		keys = grown;
		keys[count++] = key;
	}
	while (count-- > 0)
		if (bpf_map_delete_elem(slots->object->values, &keys[count]) < 0)
			return error_set_errno(err, errno, "remove a value from a BPF map");
	return 0;
}

int slot_values_remove(struct slots *slots, uint32_t slot, struct error *err)
{
	struct recorder_slot_values *of = &slots->values[slot];
	int r;

	if (!of->first && !of->lost)
		return 0;
	clear_cache(slots, slot);
	r = delete_list(slots, of->first, err);
	if (r == 0)
		memset(of, 0, sizeof(*of));
	return r;
}
