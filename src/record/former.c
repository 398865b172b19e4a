// SPDX-License-Identifier: Apache-2.0
#include "record/former.h"

#include <errno.h>
#include <stdlib.h>

#include "record/object_pinned.h"
#include "util/error.h"
#include "util/log.h"

/* Other modes record one command or process, which ends with its recorder. */
static bool is_readable(const struct pins_identity *identity, uint32_t layout)
{
	const struct object_options *options = &identity->options;

	return identity->layout == layout && options->mode == RECORDER_CGROUPS &&
	       options->slots > 0 && options->slots <= RECORDER_SLOTS_MAX && options->arrivals > 0;
}

static int open_slots(struct former *former, struct error *err)
{
	const struct object_options *options = &former->identity.options;
	int r = object_open_former(&former->set, &former->object, err);

	if (r < 0)
		return r;
	if (__atomic_load_n(&former->object.life->expired, __ATOMIC_SEQ_CST))
		return error_set(err, ETIMEDOUT, "the programs had no owner for too long");
	former->successors = calloc(options->slots, sizeof(*former->successors));
	former->arrivals = calloc(options->slots, sizeof(*former->arrivals));
	if (!former->successors || !former->arrivals)
		return error_nomem(err);
	return slots_open(&former->slots, &former->object, options->slots, options->arrivals, err);
}

int former_open(struct pin_set *set, uint32_t layout, struct former *ret_former, struct error *err)
{
	_cleanup_error_ struct error refusal = ERROR_INIT;
	struct former former = { .set = *set };
	int r;

	*set = (struct pin_set)PIN_SET_INIT;
	if (pin_set_read(&former.set, &former.identity, NULL) == 0 &&
	    is_readable(&former.identity, layout)) {
		r = open_slots(&former, &refusal);
		if (r == -ENOMEM) {
			former_finish(&former);
			return error_nomem(err);
		}
		if (r < 0)
			log_debug("%s", error_message(&refusal));
		former.readable = r == 0;
	}
	*ret_former = former;
	/* The slots point to the object. */
	ret_former->slots.object = &ret_former->object;
	return 0;
}

/* Adopts a cgroup that has no slot. */
static int adopt(struct former *former, struct slots *slots, uint32_t index, struct error *err)
{
	uint32_t arrivals = former->slots.slots[index].arrivals;
	bool settled = !slots_have_arrivals(&former->slots, index);
	int r = slots_adopt(slots, &former->slots, index, settled, &former->successors[index], err);

	former->arrivals[index] = arrivals;
	if (r != -ENOSPC)
		return r;
	error_finish(err);
	return 0;
}

int former_adopt(struct former *former, struct slots *slots, struct error *err)
{
	uint32_t index;
	int r = 0;

	if (!former->readable)
		return 0;
	for (index = 1; index < former->slots.count && r == 0; index++) {
		uint64_t id = former->slots.slots[index].cgroup_id;

		if (!slots_in_use(&former->slots, index) || former->successors[index] ||
		    slots_are_unfinished(&former->slots, index))
			continue;
		/* A cgroup that is newer than the recorder's programs has a slot already. */
		former->successors[index] = slots_find(slots, id);
		if (!former->successors[index])
			r = adopt(former, slots, index, err);
	}
	return r;
}

/* True if the recorder's programs may not know all phases in the cgroup. */
static bool was_in_setup(const struct former *former, uint32_t index)
{
	return former->slots.slots[index].arrivals != former->arrivals[index] ||
	       slots_have_arrivals(&former->slots, index);
}

static int drain(struct former *former, struct slots *slots, uint32_t index, bool certain,
		 struct error *err)
{
	const struct recorder_slot *entry = &former->slots.slots[index];
	bool known;
	int r = 0;

	if (!former->successors[index])
		former->successors[index] = slots_find(slots, entry->cgroup_id);
	known = former->successors[index];
	/* Its removal was under way when the others were adopted. */
	if (!known && entry->state == RECORDER_DEAD)
		r = adopt(former, slots, index, err);
	if (r < 0)
		return r;
	if (!former->successors[index]) {
		if (!slots_are_unfinished(&former->slots, index))
			__atomic_fetch_add(&slots->object->life->losses.slots, 1, __ATOMIC_SEQ_CST);
		return 0;
	}
	slots_merge(slots, former->successors[index], &former->slots, index);
	if (known && (!certain || was_in_setup(former, index)))
		slots_flag(slots, former->successors[index], RECORDER_REPLACED);
	return 0;
}

/* Adds the losses, whenever they were: that is more than what any cgroup has lost. */
static void add_losses(const struct former *former, const struct slots *slots)
{
	struct recorder_losses *to = &slots->object->life->losses;
	const struct recorder_losses *from = &former->object.life->losses;

	__atomic_fetch_add(&to->slots, from->slots, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&to->map, from->map, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&to->events, from->events, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&to->recursion, from->recursion + object_recursion(&former->object),
			   __ATOMIC_SEQ_CST);
}

int former_drain(struct former *former, struct slots *slots, bool certain, struct error *err)
{
	uint32_t index;
	int r = 0;

	if (!former->readable)
		return 0;
	for (index = 1; index < former->slots.count && r == 0; index++)
		if (slots_in_use(&former->slots, index))
			r = drain(former, slots, index, certain, err);
	if (r < 0)
		return r;
	slots_merge_overflow(slots, &former->slots, former->successors);
	add_losses(former, slots);
	return 0;
}

int former_remove(struct former *former, const struct pins *pins, struct error *err)
{
	return pins_remove_set(pins, &former->set, err);
}

void former_finish(struct former *former)
{
	slots_finish(&former->slots);
	object_finish(&former->object);
	free(former->successors);
	free(former->arrivals);
	pin_set_close(&former->set);
	*former = (struct former){ .set = PIN_SET_INIT };
}
