// SPDX-License-Identifier: Apache-2.0
#include "record/slots.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>

#include "record/slot_values.h"
#include "record/tracked_cgroup.h"
#include "record/object.h"
#include "record/recorder.h"
#include "util/clock.h"
#include "util/error.h"

static void *map_array(int fd, size_t size, struct error *err)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED) {
		error_set_errno(err, errno, "map a BPF array into memory");
		return NULL;
	}
	return memory;
}

static int push_free(struct slots *slots, uint32_t slot, struct error *err)
{
	if (bpf_map_update_elem(slots->object->free_slots, NULL, &slot, BPF_ANY) < 0)
		return error_set_errno(err, errno, "free slot %u", slot);
	return 0;
}

int slots_open(struct slots *slots, const struct object *object, uint32_t count, uint32_t arrivals,
	       struct error *err)
{
	*slots = (struct slots){ .object = object, .count = count, .arrival_count = arrivals };
	slots->boot_to_epoch = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
	slots->tracked = calloc(count, sizeof(*slots->tracked));
	slots->dropped = calloc(count, sizeof(*slots->dropped));
	if (!slots->tracked || !slots->dropped)
		return error_nomem(err);
	slots->slots = map_array(object->slots, count * sizeof(*slots->slots), err);
	if (!slots->slots)
		return -ENOMEM;
	slots->paths = map_array(object->paths, count * sizeof(*slots->paths), err);
	if (!slots->paths)
		return -ENOMEM;
	slots->values = map_array(object->slot_values, count * sizeof(*slots->values), err);
	if (!slots->values)
		return -ENOMEM;
	slots->arrivals = map_array(object->arrivals, arrivals * sizeof(*slots->arrivals), err);
	return slots->arrivals ? 0 : -ENOMEM;
}

int slots_init(struct slots *slots, const struct object *object, uint32_t count, uint32_t arrivals,
	       struct error *err)
{
	uint32_t slot;
	int r = slots_open(slots, object, count, arrivals, err);

	if (r < 0)
		return r;
	/* A stack: the slot that is pushed last is used first. */
	for (slot = count - 1; slot > RECORDER_SLOT_NONE; slot--) {
		r = push_free(slots, slot, err);
		if (r < 0)
			return r;
	}
	return 0;
}

void slots_finish(struct slots *slots)
{
	uint32_t slot;

	if (slots->tracked)
		for (slot = 0; slot < slots->count; slot++)
			tracked_cgroup_destroy(slots->tracked[slot]);
	free(slots->tracked);
	free(slots->dropped);
	if (slots->slots)
		munmap(slots->slots, slots->count * sizeof(*slots->slots));
	if (slots->paths)
		munmap(slots->paths, slots->count * sizeof(*slots->paths));
	if (slots->values)
		munmap(slots->values, slots->count * sizeof(*slots->values));
	if (slots->arrivals)
		munmap(slots->arrivals, slots->arrival_count * sizeof(*slots->arrivals));
	*slots = (struct slots){};
}

bool slots_are_unfinished(const struct slots *slots, uint32_t slot)
{
	const struct recorder_slot *entry = &slots->slots[slot];
	uint32_t found;

	if (entry->state != RECORDER_LIVE || !entry->cgroup_id)
		return false;
	return entry->flags & RECORDER_STAGED ||
	       bpf_map_lookup_elem(slots->object->slot_by_cgroup, &entry->cgroup_id, &found) < 0 ||
	       found != slot;
}

int slots_take_over(struct slots *slots, const struct object *object, uint32_t count,
		    uint32_t arrivals, struct error *err)
{
	int r = slots_open(slots, object, count, arrivals, err);
	uint32_t slot;

	for (slot = 1; slot < count && r == 0; slot++)
		if (slots_are_unfinished(slots, slot))
			slots_drop(slots, slot);
	return r;
}

void slots_confirm_dropped(struct slots *slots)
{
	uint32_t i, kept = 0;

	for (i = 0; i < slots->dropped_count; i++)
		if (slots_are_unfinished(slots, slots->dropped[i]))
			slots->dropped[kept++] = slots->dropped[i];
	slots->dropped_count = kept;
}

static int set_slot_of_cgroup(struct slots *slots, uint64_t id, uint32_t value, struct error *err)
{
	if (bpf_map_update_elem(slots->object->slot_by_cgroup, &id, &value, BPF_ANY) < 0)
		return error_set_errno(err, errno, "add a cgroup to the recording");
	return 0;
}

int slots_take(struct slots *slots, const struct found_cgroup *found, bool staged,
	       uint32_t *ret_slot, struct error *err)
{
	struct recorder_slot *entry;
	uint32_t slot;
	int r;

	if (bpf_map_lookup_and_delete_elem(slots->object->free_slots, NULL, &slot) < 0)
		return error_set(err, ENOSPC, "more than %u cgroups at once", slots->count - 1);
	entry = &slots->slots[slot];
	entry->cgroup_id = found->id;
	entry->parent_id = found->parent_id;
	entry->domain = found->domain;
	entry->created = clock_ns(CLOCK_BOOTTIME);
	entry->flags = (found->is_container ? RECORDER_CONTAINER : 0) |
		       (staged ? RECORDER_STAGED : 0);
	snprintf(slots->paths[slot].text, sizeof(slots->paths[slot].text), "%s",
		 found->path ? found->path : "");
	entry->state = RECORDER_LIVE;
	if (found->id) {
		r = set_slot_of_cgroup(slots, found->id, slot | (staged ? RECORDER_SLOT_STAGED : 0),
				       err);
		if (r < 0)
			return r;
	}
	*ret_slot = slot;
	return 0;
}

int slots_activate(struct slots *slots, uint32_t slot, struct error *err)
{
	return set_slot_of_cgroup(slots, slots->slots[slot].cgroup_id, slot, err);
}

void slots_flag(struct slots *slots, uint32_t slot, uint32_t flags)
{
	__atomic_fetch_or(&slots->slots[slot].flags, flags, __ATOMIC_SEQ_CST);
}

void slots_clear_flag(struct slots *slots, uint32_t slot, uint32_t flags)
{
	__atomic_fetch_and(&slots->slots[slot].flags, ~flags, __ATOMIC_SEQ_CST);
}

static bool is_dropped(const struct slots *slots, uint32_t slot)
{
	uint32_t i;

	for (i = 0; i < slots->dropped_count; i++)
		if (slots->dropped[i] == slot)
			return true;
	return false;
}

bool slots_in_use(const struct slots *slots, uint32_t slot)
{
	return slots->slots[slot].state != RECORDER_FREE && !is_dropped(slots, slot);
}

uint32_t slots_find(const struct slots *slots, uint64_t cgroup_id)
{
	uint32_t slot;

	if (!cgroup_id)
		return RECORDER_SLOT_NONE;
	if (bpf_map_lookup_elem(slots->object->slot_by_cgroup, &cgroup_id, &slot) == 0)
		return slot & ~RECORDER_SLOT_STAGED;
	/* A cgroup that is removed, or is being removed, is no longer in the map. */
	for (slot = 1; slot < slots->count; slot++)
		if (slots->slots[slot].state != RECORDER_FREE &&
		    slots->slots[slot].cgroup_id == cgroup_id && !is_dropped(slots, slot))
			return slot;
	return RECORDER_SLOT_NONE;
}

int slots_tracked(struct slots *slots, uint32_t slot, struct tracked_cgroup **ret_tracked,
		  struct error *err)
{
	const struct recorder_slot *entry = &slots->slots[slot];
	const struct recorder_path *path = &slots->paths[slot];
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;

	if (!slots->tracked[slot]) {
		tracked = calloc(1, sizeof(*tracked));
		if (!tracked)
			return error_nomem(err);
		tracked->cgroup_id = entry->cgroup_id;
		tracked->parent_id = entry->parent_id;
		tracked->created = entry->created + slots->boot_to_epoch;
		tracked->slot = slot;
		tracked->generation = entry->generation;
		if (path->text[0]) {
			tracked->path = strndup(path->text, sizeof(path->text));
			if (!tracked->path)
				return error_nomem(err);
			tracked->path_cut = strlen(tracked->path) == sizeof(path->text) - 1;
		}
		slots->tracked[slot] = steal_pointer(&tracked);
	}
	*ret_tracked = slots->tracked[slot];
	return 0;
}

static int add_overflow(struct slots *slots, struct tracked_cgroup *tracked,
			const struct recorder_overflow *key, struct error *err)
{
	struct call call = { .nr = key->nr, .abi = key->abi };
	uint64_t time;

	if (key->kind >= RECORDER_KINDS || key->abi >= RECORDER_ABIS ||
	    bpf_map_lookup_elem(slots->object->overflow, key, &time) < 0)
		return 0;
	/* Unless lost, the event already added the call, with its process. */
	if (!call_set_find(&tracked->calls[key->kind], call.abi, call.nr))
		call.first_seen = (int64_t)time + slots->boot_to_epoch;
	return call_set_add(&tracked->calls[key->kind], &call, err);
}

static bool is_of_slot(const struct slots *slots, uint32_t slot,
		       const struct recorder_overflow *key)
{
	return key->slot == slot && key->generation == slots->slots[slot].generation;
}

/* Adds the calls without a bit. */
static int add_all_overflow(struct slots *slots, struct tracked_cgroup *tracked, struct error *err)
{
	struct recorder_overflow key, *previous = NULL;
	int r;

	while (bpf_map_get_next_key(slots->object->overflow, previous, &key) == 0) {
		r = is_of_slot(slots, tracked->slot, &key) ?
			    add_overflow(slots, tracked, &key, err) :
			    0;
		if (r < 0)
			return r;
		previous = &key;
	}
	return 0;
}

/* Removes the calls without a bit from their map. A key is needed to get the next one. */
static int remove_overflow(struct slots *slots, uint32_t slot, struct error *err)
{
	struct recorder_overflow key, next, *previous = NULL;
	bool ours = false, more = true;

	while (more) {
		more = bpf_map_get_next_key(slots->object->overflow, previous, &next) == 0;
		if (ours && bpf_map_delete_elem(slots->object->overflow, &key) < 0)
			return error_set_errno(err, errno, "remove a call from a BPF map");
		key = next;
		previous = &key;
		ours = more && is_of_slot(slots, slot, &key);
	}
	return 0;
}

static void read_flags(struct tracked_cgroup *tracked, const struct recorder_slot *slot)
{
	static const uint32_t pending = RECORDER_PENDING_RUNTIME | RECORDER_PENDING_OTHER |
					RECORDER_PENDING_MOVED | RECORDER_PENDING_HOOK;

	tracked->entered = slot->flags & RECORDER_ENTERED;
	tracked->own_namespace = slot->flags & RECORDER_OWN_NAMESPACE;
	tracked->no_new_privs = slot->flags & RECORDER_NO_NEW_PRIVS;
	tracked->confined = slot->flags & RECORDER_CONFINED;
	tracked->start_hook = slot->flags & RECORDER_START_HOOK;
	tracked->present = slot->flags & RECORDER_PRESENT;
	tracked->unwatched_filter = slot->flags & RECORDER_FILTERED;
	tracked->replaced = slot->flags & RECORDER_REPLACED;
	tracked->pending = slot->flags & pending;
	tracked->left_pid = slot->flags & (RECORDER_LEFT | RECORDER_LEFT_PENDING) ? slot->left_pid :
										    0;
	tracked->left_pending = !(slot->flags & RECORDER_LEFT);
	memcpy(tracked->left_to, slot->left_to, sizeof(tracked->left_to));
	memcpy(tracked->left_process, slot->left_comm, sizeof(tracked->left_process) - 1);
}

/* Completes a tracked cgroup from the present contents of its slot. */
static int read_slot(struct slots *slots, struct tracked_cgroup *tracked, bool settled,
		     struct error *err)
{
	struct recorder_slot slot;
	int r;

	slots_read(slots, tracked->slot, settled, &slot);
	r = tracked_cgroup_add_bitmaps(tracked, &slot, err);
	if (r < 0)
		return r;
	if (slot.overflow) {
		r = add_all_overflow(slots, tracked, err);
		if (r < 0)
			return r;
	}
	r = slot_values_read(slots, tracked->slot, tracked, err);
	if (r < 0)
		return r;
	tracked->removed =
		slot.state == RECORDER_DEAD ? (int64_t)slot.removed + slots->boot_to_epoch : 0;
	read_flags(tracked, &slot);
	tracked->lost = slot.lost;
	tracked->setup_size = slot.setup_size;
	memcpy(tracked->movers, slot.movers, sizeof(tracked->movers));
	return 0;
}

int slots_free(struct slots *slots, uint32_t slot, struct error *err)
{
	struct recorder_slot *entry = &slots->slots[slot];
	uint32_t generation = entry->generation + 1;
	int r = entry->overflow ? remove_overflow(slots, slot, err) : 0;

	if (r == 0)
		r = slot_values_remove(slots, slot, err);
	if (r < 0)
		return r;
	tracked_cgroup_destroy(slots->tracked[slot]);
	slots->tracked[slot] = NULL;
	memset(entry, 0, sizeof(*entry));
	entry->generation = generation;
	slots->paths[slot].text[0] = '\0';
	return push_free(slots, slot, err);
}

void slots_agree_before(struct slots *slots, uint32_t slot, struct recorder_totals *before)
{
	struct recorder_slot *entry = &slots->slots[slot];

	if (entry->slots_before)
		*before = (struct recorder_totals){ .lost_slots = entry->slots_before - 1 };
	else
		entry->slots_before = before->lost_slots < UINT32_MAX ? before->lost_slots + 1 :
									UINT32_MAX;
}

int slots_collect(struct slots *slots, uint32_t slot, struct tracked_cgroup **ret_tracked,
		  struct error *err)
{
	int r = slots_tracked(slots, slot, ret_tracked, err);

	return r < 0 ? r : read_slot(slots, *ret_tracked, false, err);
}

int slots_snapshot(struct slots *slots, uint32_t slot, bool settled,
		   struct tracked_cgroup **ret_tracked, struct error *err)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *copy = NULL;
	struct tracked_cgroup *tracked;
	int r = slots_tracked(slots, slot, &tracked, err);

	if (r == 0)
		r = tracked_cgroup_copy(tracked, &copy, err);
	if (r == 0)
		r = read_slot(slots, copy, settled, err);
	if (r == 0)
		*ret_tracked = steal_pointer(&copy);
	return r;
}

void slots_drop(struct slots *slots, uint32_t slot)
{
	uint64_t id = slots->slots[slot].cgroup_id;
	uint32_t found;

	slots_flag(slots, slot, RECORDER_DROPPED);
	/* A slot that was dropped before may have a successor. */
	if (bpf_map_lookup_elem(slots->object->slot_by_cgroup, &id, &found) == 0 &&
	    (found & ~RECORDER_SLOT_STAGED) == slot)
		bpf_map_delete_elem(slots->object->slot_by_cgroup, &id);
	tracked_cgroup_destroy(slots->tracked[slot]);
	slots->tracked[slot] = NULL;
	slots->dropped[slots->dropped_count++] = slot;
}

int slots_free_dropped(struct slots *slots, struct error *err)
{
	int r;

	while (slots->dropped_count > 0) {
		r = slots_free(slots, slots->dropped[slots->dropped_count - 1], err);
		if (r < 0)
			return r;
		slots->dropped_count--;
	}
	return 0;
}
