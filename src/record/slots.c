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

int slots_init(struct slots *slots, const struct object *object, uint32_t count, struct error *err)
{
	uint32_t slot;
	int r;

	*slots = (struct slots){ .object = object, .count = count };
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
	*slots = (struct slots){};
}

int slots_take(struct slots *slots, uint64_t id, uint64_t parent_id, const char *path,
	       uint32_t *ret_slot, struct error *err)
{
	struct recorder_slot *entry;
	uint32_t slot;

	if (bpf_map_lookup_and_delete_elem(slots->object->free_slots, NULL, &slot) < 0)
		return error_set(err, ENOSPC, "more than %u cgroups at once", slots->count - 1);
	entry = &slots->slots[slot];
	entry->cgroup_id = id;
	entry->parent_id = parent_id;
	entry->born = clock_ns(CLOCK_BOOTTIME);
	snprintf(slots->paths[slot].text, sizeof(slots->paths[slot].text), "%s", path ? path : "");
	entry->state = RECORDER_LIVE;
	if (id && bpf_map_update_elem(slots->object->slot_by_cgroup, &id, &slot, BPF_ANY) < 0)
		return error_set_errno(err, errno, "add a cgroup to the recording");
	*ret_slot = slot;
	return 0;
}

int slots_lifetime(struct slots *slots, uint32_t slot, struct lifetime **ret_lifetime,
		   bool *ret_new, struct error *err)
{
	const struct recorder_slot *entry = &slots->slots[slot];
	const struct recorder_path *path = &slots->paths[slot];
	_cleanup_lifetime_ struct lifetime *lifetime = NULL;

	if (ret_new)
		*ret_new = !slots->lifetimes[slot];
	if (!slots->lifetimes[slot]) {
		lifetime = calloc(1, sizeof(*lifetime));
		if (!lifetime)
			return error_nomem(err);
		lifetime->cgroup_id = entry->cgroup_id;
		lifetime->parent_id = entry->parent_id;
		lifetime->born = entry->born + slots->boot_to_epoch;
		lifetime->slot = slot;
		lifetime->generation = entry->generation;
		if (path->text[0]) {
			lifetime->path = strndup(path->text, sizeof(path->text));
			if (!lifetime->path)
				return error_nomem(err);
		}
		slots->lifetimes[slot] = steal_pointer(&lifetime);
	}
	*ret_lifetime = slots->lifetimes[slot];
	return 0;
}

/* Moves the numbers past the bitmaps out of their map. */
static int harvest_strays(struct slots *slots, struct lifetime *lifetime, struct error *err)
{
	struct recorder_stray key, next;
	struct recorder_stray *previous = NULL;
	int r, fd = slots->object->strays;
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

/* Fills the lifetime in from what the slot holds now. */
static int read_slot(struct slots *slots, struct lifetime *lifetime, struct error *err)
{
	const struct recorder_slot *entry = &slots->slots[lifetime->slot];
	int r = lifetime_add_bitmaps(lifetime, entry, err);

	if (r < 0)
		return r;
	if (entry->strays) {
		r = harvest_strays(slots, lifetime, err);
		if (r < 0)
			return r;
	}
	lifetime->died =
		entry->state == RECORDER_DEAD ? (int64_t)entry->died + slots->boot_to_epoch : 0;
	lifetime->entered = entry->flags & RECORDER_ENTERED;
	lifetime->no_new_privs = entry->flags & RECORDER_NO_NEW_PRIVS;
	lifetime->confined = entry->flags & RECORDER_CONFINED;
	lifetime->unwatched_filter = entry->flags & RECORDER_FILTERED;
	lifetime->lost = entry->lost;
	memcpy(lifetime->movers, entry->movers, sizeof(lifetime->movers));
	return 0;
}

int slots_harvest(struct slots *slots, uint32_t slot, struct lifetime **ret_lifetime,
		  struct error *err)
{
	struct recorder_slot *entry = &slots->slots[slot];
	uint32_t generation = entry->generation + 1;
	struct lifetime *lifetime;
	int r = slots_lifetime(slots, slot, &lifetime, NULL, err);

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
