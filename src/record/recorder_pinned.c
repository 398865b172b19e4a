// SPDX-License-Identifier: Apache-2.0
/*
 * Gets the BPF object of a recorder: loads it, takes over a pinned one, or replaces pinned ones
 * of another build or with other options.
 */
#include "record/recorder_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "record/object_pinned.h"
#include "record/task_marks.h"
#include "util/clock.h"
#include "util/error.h"

/*
 * Tasks under a filter that make no call for this long, and do not sleep in one either, are taken
 * for ones that may make no call for long.
 */
#define SYNC_TRIES 20
#define SYNC_PAUSE_NS 2000000L

int recorder_open_pins(struct recorder *recorder, struct error *err)
{
	int r;

	if (!recorder->options.pins)
		return 0;
	r = pins_open(recorder->options.pins, &recorder->pins, &recorder->pins_failure);
	return r < 0 && r != -ENOTSUP ? error_copy(err, &recorder->pins_failure) : 0;
}

bool recorder_is_pinned(const struct recorder *recorder)
{
	return pins_are_open(&recorder->pins);
}

void recorder_tell_owner(struct recorder *recorder)
{
	__atomic_store_n(&recorder->object.life->owner_seen, clock_ns(CLOCK_MONOTONIC),
			 __ATOMIC_SEQ_CST);
}

/* True if the set is of the same programs with the same options, and still recording. */
static bool can_take_over(struct recorder *recorder, const struct pin_set *set,
			  const struct pins_identity *own)
{
	struct pins_identity identity;

	if (recorder->set.name || pin_set_read(set, &identity, NULL) < 0 ||
	    identity.layout != own->layout || identity.build != own->build ||
	    memcmp(&identity.options, &own->options, sizeof(own->options)) != 0 ||
	    object_open_pinned(set, own->options.tracepoints, &recorder->object, NULL) < 0)
		return false;
	if (__atomic_load_n(&recorder->object.life->expired, __ATOMIC_SEQ_CST)) {
		object_finish(&recorder->object);
		return false;
	}
	recorder->identity = identity;
	return true;
}

/* Counts time as a recorder that this one replaces did. */
static void keep_time(struct recorder *recorder)
{
	size_t i;

	for (i = 0; i < recorder->former_count; i++)
		if (recorder->formers[i].readable)
			recorder->slots.boot_to_epoch = recorder->formers[i].identity.boot_to_epoch;
	recorder->identity.boot_to_epoch = recorder->slots.boot_to_epoch;
}

static int load_object(struct recorder *recorder, const struct object_options *load,
		       struct error *err)
{
	int r = object_load(load, &recorder->object, err);

	if (r < 0)
		return r;
	recorder_tell_owner(recorder);
	if (recorder_is_pinned(recorder)) {
		r = pins_add_set(&recorder->pins, &recorder->set, err);
		if (r == 0)
			r = object_pin(&recorder->object, &recorder->set, err);
	}
	if (r == 0)
		r = slots_init(&recorder->slots, &recorder->object, load->slots, load->arrivals,
			       err);
	keep_time(recorder);
	return r;
}

static int announce_all(struct recorder *recorder, struct error *err)
{
	uint32_t slot;
	int r = 0;

	for (slot = 1; slot < recorder->slots.count && r == 0; slot++)
		if (slots_in_use(&recorder->slots, slot))
			r = recorder_announce(recorder, slot, err);
	return r;
}

/* Announces what the former owner recorded. Handlers come later, and visit it. */
static int take_over(struct recorder *recorder, const struct object_options *load,
		     struct error *err)
{
	int r;

	recorder_tell_owner(recorder);
	recorder->taken_over = true;
	recorder->identity.owner = getpid();
	/* What the owner had not seen yet was surely created after its last look. */
	recorder->seen = recorder->identity.seen;
	r = pin_set_write(&recorder->set, &recorder->identity, err);
	if (r == 0)
		r = links_take_over(&recorder->links, err);
	if (r == 0)
		r = slots_take_over(&recorder->slots, &recorder->object, load->slots,
				    load->arrivals, err);
	recorder->slots.boot_to_epoch = recorder->identity.boot_to_epoch;
	if (r == 0)
		r = program_barrier_wait(&recorder->barrier, err);
	if (r == 0)
		slots_confirm_dropped(&recorder->slots);
	if (r == 0)
		r = announce_all(recorder, err);
	return r;
}

/* Sorts the sets: the recorder's own, which it takes over, and those that it replaces. */
static int sort_sets(struct recorder *recorder, struct pin_set *sets, size_t count,
		     const struct pins_identity *own, struct error *err)
{
	size_t i;
	int r = 0;

	recorder->formers = calloc(count + 1, sizeof(*recorder->formers));
	if (!recorder->formers)
		return error_nomem(err);
	for (i = 0; i < count && r == 0; i++) {
		if (can_take_over(recorder, &sets[i], own)) {
			recorder->set = sets[i];
			sets[i] = (struct pin_set)PIN_SET_INIT;
			continue;
		}
		r = former_open(&sets[i], own->layout, &recorder->formers[recorder->former_count],
				err);
		if (r == 0)
			recorder->former_count++;
	}
	return r;
}

static int open_sets(struct recorder *recorder, const struct pins_identity *own, struct error *err)
{
	struct pin_set *sets = NULL;
	size_t i, count = 0;
	int r = pins_open_sets(&recorder->pins, &sets, &count, err);

	if (r == 0)
		r = sort_sets(recorder, sets, count, own, err);
	for (i = 0; i < count; i++)
		pin_set_close(&sets[i]);
	free(sets);
	return r;
}

int recorder_get_object(struct recorder *recorder, const struct object_options *load,
			struct error *err)
{
	struct pins_identity own;
	int r;

	memset(&own, 0, sizeof(own)); /* the padding is compared too */
	own.layout = recorder->options.layout ?: RECORDER_LAYOUT;
	own.build = object_build(load->tracepoints);
	memcpy(&own.options, load, sizeof(*load));
	if (recorder_is_pinned(recorder)) {
		r = open_sets(recorder, &own, err);
		if (r < 0)
			return r;
	}
	if (recorder->set.name)
		return take_over(recorder, load, err);
	recorder->identity = own;
	recorder->identity.owner = getpid();
	return load_object(recorder, load, err);
}

int recorder_adopt_formers(struct recorder *recorder, struct error *err)
{
	size_t i;
	int r = 0;

	if (recorder->options.mode != RECORDER_CGROUPS)
		return 0;
	for (i = 0; i < recorder->former_count && r == 0; i++) {
		const struct former *former = &recorder->formers[i];

		if (!former->readable)
			continue;
		if (!recorder_started(recorder))
			__atomic_store_n(recorder->object.marking, 1, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&former->object.life->watch_denied, __ATOMIC_SEQ_CST))
			recorder->options.watch_denied = true;
		r = former_adopt(&recorder->formers[i], &recorder->slots, err);
	}
	return r;
}

/*
 * Waits until the programs have seen a call of every task under a filter. Without one, they would
 * not record a denied call that comes next. The former programs still do.
 */
static int sync_filtered(struct recorder *recorder, struct error *err)
{
	static const struct timespec pause = { .tv_nsec = SYNC_PAUSE_NS };
	uint32_t tries, count = 1;
	int r = 0;

	if (!__atomic_load_n(&recorder->object.life->watch_denied, __ATOMIC_SEQ_CST))
		return 0;
	for (tries = 0; tries < SYNC_TRIES && r == 0 && count; tries++) {
		if (tries > 0)
			nanosleep(&pause, NULL);
		r = task_marks_unsynced(&recorder->object, false, &count, err);
	}
	return r < 0 || !count ? r : task_marks_unsynced(&recorder->object, true, &count, err);
}

static int drain_formers(struct recorder *recorder, struct error *err)
{
	uint32_t slot;
	size_t i;
	int r = sync_filtered(recorder, err);

	/* Afterwards, no program runs that began before this recorder's were attached. */
	if (r == 0)
		r = program_barrier_wait(&recorder->barrier, err);
	for (i = 0; i < recorder->former_count && r == 0; i++)
		r = former_drain(&recorder->formers[i], &recorder->slots, !recorder->preemptible,
				 err);
	for (slot = 1; slot < recorder->slots.count; slot++)
		slots_clear_flag(&recorder->slots, slot, RECORDER_SETTLED);
	return r < 0 ? r : announce_all(recorder, err);
}

static void add_seen(struct recorder_totals *seen, const struct recorder_totals *former)
{
	seen->lost_slots += former->lost_slots;
	seen->lost_map += former->lost_map;
	seen->lost_events += former->lost_events;
	seen->recursion += former->recursion;
}

int recorder_replace_formers(struct recorder *recorder, struct error *err)
{
	int r;

	if (recorder->former_count == 0)
		return 0;
	if (recorder->options.mode == RECORDER_CGROUPS) {
		r = drain_formers(recorder, err);
		if (r < 0)
			return r;
	}
	while (recorder->former_count > 0) {
		struct former *former = &recorder->formers[recorder->former_count - 1];

		if (former->readable) {
			recorder->replaced = true;
			add_seen(&recorder->seen, &former->identity.seen);
		}
		r = former_remove(former, &recorder->pins, err);
		if (r < 0)
			return r;
		former_finish(former);
		recorder->former_count--;
	}
	return 0;
}

void recorder_finish_pins(struct recorder *recorder)
{
	while (recorder->former_count > 0)
		former_finish(&recorder->formers[--recorder->former_count]);
	free(recorder->formers);
	pin_set_close(&recorder->set);
	pins_close(&recorder->pins);
}
