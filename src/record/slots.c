// SPDX-License-Identifier: Apache-2.0
#include "record/slots.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>

#include "record/lifetime.h"
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

int slots_init(struct slots *slots, const struct object *object, uint32_t count, uint32_t arrivals,
	       struct error *err)
{
	uint32_t slot;
	int r;

	*slots = (struct slots){ .object = object, .count = count, .arrival_count = arrivals };
	slots->boot_to_epoch = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
	slots->lifetimes = calloc(count, sizeof(*slots->lifetimes));
	if (!slots->lifetimes)
		return error_nomem(err);
	slots->slots = map_array(object->slots, count * sizeof(*slots->slots), err);
	if (!slots->slots)
		return -ENOMEM;
	slots->paths = map_array(object->paths, count * sizeof(*slots->paths), err);
	if (!slots->paths)
		return -ENOMEM;
	slots->arrivals = map_array(object->arrivals, arrivals * sizeof(*slots->arrivals), err);
	if (!slots->arrivals)
		return -ENOMEM;
	/* A stack: the last one pushed is the first one used. */
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

	if (slots->lifetimes)
		for (slot = 0; slot < slots->count; slot++)
			lifetime_destroy(slots->lifetimes[slot]);
	free(slots->lifetimes);
	if (slots->slots)
		munmap(slots->slots, slots->count * sizeof(*slots->slots));
	if (slots->paths)
		munmap(slots->paths, slots->count * sizeof(*slots->paths));
	if (slots->arrivals)
		munmap(slots->arrivals, slots->arrival_count * sizeof(*slots->arrivals));
	*slots = (struct slots){};
}

int slots_take(struct slots *slots, const struct found_cgroup *found, uint32_t *ret_slot,
	       struct error *err)
{
	struct recorder_slot *entry;
	uint32_t slot;

	if (bpf_map_lookup_and_delete_elem(slots->object->free_slots, NULL, &slot) < 0)
		return error_set(err, ENOSPC, "more than %u cgroups at once", slots->count - 1);
	entry = &slots->slots[slot];
	entry->cgroup_id = found->id;
	entry->parent_id = found->parent_id;
	entry->domain = found->domain;
	entry->created = clock_ns(CLOCK_BOOTTIME);
	entry->flags = found->is_container ? RECORDER_CONTAINER : 0;
	snprintf(slots->paths[slot].text, sizeof(slots->paths[slot].text), "%s",
		 found->path ? found->path : "");
	entry->state = RECORDER_LIVE;
	if (found->id &&
	    bpf_map_update_elem(slots->object->slot_by_cgroup, &found->id, &slot, BPF_ANY) < 0)
		return error_set_errno(err, errno, "add a cgroup to the recording");
	*ret_slot = slot;
	return 0;
}

uint32_t slots_find(const struct slots *slots, uint64_t cgroup_id)
{
	uint32_t slot;

	if (!cgroup_id)
		return RECORDER_SLOT_NONE;
	if (bpf_map_lookup_elem(slots->object->slot_by_cgroup, &cgroup_id, &slot) == 0)
		return slot;
	/* The map forgets a cgroup that is removed. */
	for (slot = 1; slot < slots->count; slot++)
		if (slots->slots[slot].state == RECORDER_DEAD &&
		    slots->slots[slot].cgroup_id == cgroup_id)
			return slot;
	return RECORDER_SLOT_NONE;
}

int slots_lifetime(struct slots *slots, uint32_t slot, struct lifetime **ret_lifetime,
		   struct error *err)
{
	const struct recorder_slot *entry = &slots->slots[slot];
	const struct recorder_path *path = &slots->paths[slot];
	_cleanup_lifetime_ struct lifetime *lifetime = NULL;

	if (!slots->lifetimes[slot]) {
		lifetime = calloc(1, sizeof(*lifetime));
		if (!lifetime)
			return error_nomem(err);
		lifetime->cgroup_id = entry->cgroup_id;
		lifetime->parent_id = entry->parent_id;
		lifetime->born = entry->created + slots->boot_to_epoch;
		lifetime->slot = slot;
		lifetime->generation = entry->generation;
		if (path->text[0]) {
			lifetime->path = strndup(path->text, sizeof(path->text));
			if (!lifetime->path)
				return error_nomem(err);
			lifetime->path_cut = strlen(lifetime->path) == sizeof(path->text) - 1;
		}
		slots->lifetimes[slot] = steal_pointer(&lifetime);
	}
	*ret_lifetime = slots->lifetimes[slot];
	return 0;
}

/* Moves the numbers past the bitmaps out of their map. */
static int harvest_overflow(struct slots *slots, struct lifetime *lifetime, struct error *err)
{
	struct recorder_overflow key, next;
	struct recorder_overflow *previous = NULL;
	int r, fd = slots->object->overflow;
	uint64_t time;

	while (bpf_map_get_next_key(fd, previous, &next) == 0) {
		bool ours = next.slot == lifetime->slot && next.generation == lifetime->generation;

		if (ours && next.kind < RECORDER_KINDS && next.abi < RECORDER_ABIS &&
		    bpf_map_lookup_elem(fd, &next, &time) == 0) {
			struct call call = { .nr = next.nr, .abi = next.abi };

			/* The event, if it was not lost, told the process as well. */
			if (!call_set_find(&lifetime->calls[next.kind], call.abi, call.nr))
				call.first_seen = (int64_t)time + slots->boot_to_epoch;

			r = call_set_add(&lifetime->calls[next.kind], &call, err);
			if (r < 0)
				return r;
		}
		/* The next key is asked for before this one is deleted. */
		if (previous && key.slot == lifetime->slot &&
		    key.generation == lifetime->generation)
			bpf_map_delete_elem(fd, &key);
		key = next;
		previous = &key;
	}
	if (previous && key.slot == lifetime->slot && key.generation == lifetime->generation)
		bpf_map_delete_elem(fd, &key);
	return 0;
}

static void add_bitmap(struct recorder_bitmap *to, const struct recorder_bitmap *from)
{
	size_t abi, word;

	for (abi = 0; abi < RECORDER_ABIS; abi++)
		for (word = 0; word < RECORDER_WORDS; word++)
			to->words[abi][word] |= from->words[abi][word];
}

/*
 * Adds what the arrivals of a slot hold that have not ended, as the BPF program does when they end
 * (arrival_end() in bpf/setup.h).
 */
static void add_arrival(struct recorder_slot *slot, const struct recorder_arrival *arrival)
{
	size_t i;

	add_bitmap(&slot->bitmaps[RECORDER_RUNTIME], &arrival->bitmaps[0]);
	if (!arrival->mover && arrival->flags & RECORDER_ARRIVAL_ENDED)
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
	slot->flags |= RECORDER_PENDING_MOVED | RECORDER_PENDING_HOOK;
	for (i = 0; i < RECORDER_MOVERS && slot->movers[i]; i++)
		if (slot->movers[i] == arrival->mover)
			return;
	if (i < RECORDER_MOVERS)
		slot->movers[i] = arrival->mover;
	else
		slot->lost++;
}

static void add_arrivals(const struct slots *slots, uint32_t index, struct recorder_slot *slot)
{
	uint32_t i;

	for (i = 1; i < slots->arrival_count; i++) {
		const struct recorder_arrival *arrival = &slots->arrivals[i];

		if (arrival->tasks && arrival->slot == index &&
		    arrival->generation == slot->generation)
			add_arrival(slot, arrival);
	}
}

static void read_flags(struct lifetime *lifetime, const struct recorder_slot *slot)
{
	static const uint32_t pending = RECORDER_PENDING_RUNTIME | RECORDER_PENDING_OTHER |
					RECORDER_PENDING_MOVED;

	lifetime->entered = slot->flags & RECORDER_ENTERED;
	lifetime->own_namespace = slot->flags & RECORDER_OWN_NAMESPACE;
	lifetime->no_new_privs = slot->flags & RECORDER_NO_NEW_PRIVS;
	lifetime->confined = slot->flags & RECORDER_CONFINED;
	lifetime->start_hook = slot->flags & RECORDER_START_HOOK;
	lifetime->present = slot->flags & RECORDER_PRESENT;
	lifetime->unwatched_filter = slot->flags & RECORDER_FILTERED;
	lifetime->pending = slot->flags & pending;
	lifetime->left_pid =
		slot->flags & (RECORDER_LEFT | RECORDER_LEFT_PENDING) ? slot->left_pid : 0;
	lifetime->left_pending = !(slot->flags & RECORDER_LEFT);
	memcpy(lifetime->left_to, slot->left_to, sizeof(lifetime->left_to));
	memcpy(lifetime->left_process, slot->left_comm, sizeof(lifetime->left_process) - 1);
}

/* Fills the lifetime in from what the slot holds now. */
static int read_slot(struct slots *slots, struct lifetime *lifetime, struct error *err)
{
	struct recorder_slot slot = slots->slots[lifetime->slot];
	int r;

	add_arrivals(slots, lifetime->slot, &slot);
	r = lifetime_add_bitmaps(lifetime, &slot, err);
	if (r < 0)
		return r;
	if (slot.overflow) {
		r = harvest_overflow(slots, lifetime, err);
		if (r < 0)
			return r;
	}
	lifetime->died =
		slot.state == RECORDER_DEAD ? (int64_t)slot.removed + slots->boot_to_epoch : 0;
	read_flags(lifetime, &slot);
	lifetime->lost = slot.lost;
	lifetime->setup_size = slot.setup_size;
	memcpy(lifetime->movers, slot.movers, sizeof(lifetime->movers));
	return 0;
}

int slots_harvest(struct slots *slots, uint32_t slot, struct lifetime **ret_lifetime,
		  struct error *err)
{
	struct recorder_slot *entry = &slots->slots[slot];
	uint32_t generation = entry->generation + 1;
	struct lifetime *lifetime;
	int r = slots_lifetime(slots, slot, &lifetime, err);

	if (r < 0)
		return r;
	r = read_slot(slots, lifetime, err);
	if (r < 0)
		return r;
	*ret_lifetime = steal_pointer(&slots->lifetimes[slot]);
	memset(entry, 0, sizeof(*entry));
	entry->generation = generation;
	slots->paths[slot].text[0] = '\0';
	return push_free(slots, slot, err);
}
