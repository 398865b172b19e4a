// SPDX-License-Identifier: Apache-2.0
#include "record/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "record/argument_table.h"
#include "record/recorder_state.h"
#include "record/task_marks.h"
#include "record/tracepoint.h"
#include "record/tracked_cgroup.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/error.h"

#define EVENT_BYTES (256 * 1024)
/* Longer than an upgrade or a crash loop of an agent takes to start it again. */
#define OWNER_TIMEOUT_NS (600 * 1000000000LL)
/* Limit of the arrivals that exist at once: most last until they execute the workload. */
#define ARRIVALS 1023

/* Events can be lost, so all slots are scanned this often. */
#define SCAN_INTERVAL_NS 1000000000LL

DEFINE_CLEANUP(struct ring_buffer *, ring_buffer__free);

/* Stores a hit with its time and its process. */
static int handle_call(struct recorder *recorder, const struct recorder_event *event,
		       struct error *err)
{
	struct tracked_cgroup *tracked;
	struct call call = { .nr = event->nr, .abi = event->abi };
	int r = slots_tracked(&recorder->slots, event->slot, &tracked, err);

	if (r < 0)
		return r;
	if (event->kind >= RECORDER_KINDS || event->abi >= RECORDER_ABIS)
		return 0;
	call.first_seen = (int64_t)event->time + recorder->slots.boot_to_epoch;
	memcpy(call.process, event->comm, sizeof(call.process) - 1);
	return call_set_add(&tracked->calls[event->kind], &call, err);
}

static int handle_event(void *data, void *bytes, size_t size)
{
	struct recorder *recorder = data;
	const struct recorder_event *event = bytes;
	const struct recorder_slot *slot;

	if (size < sizeof(*event) || event->slot >= recorder->slots.count)
		return 0;
	slot = &recorder->slots.slots[event->slot];
	/* A scan may have freed the slot before its last events were read. */
	if (slot->generation != event->generation || !slots_in_use(&recorder->slots, event->slot))
		return 0;
	switch (event->type) {
	case RECORDER_EVENT_CREATED:
	case RECORDER_EVENT_REMOVED:
		recorder->last_scan = 0;
		return 0;
	case RECORDER_EVENT_FILTER:
		recorder->filter_seen = true;
		return 0;
	case RECORDER_EVENT_CALL:
		return handle_call(recorder, event, &recorder->event_error);
	default:
		return 0;
	}
}

/* If lockdown forbids tracepoints, tp_btf is used, and its skipped runs are counted. */
static bool needs_tracepoints(enum recorder_hook hook)
{
	if (hook != RECORDER_HOOK_AUTO)
		return hook == RECORDER_HOOK_TRACEPOINT;
	return tracepoint_btf_is_preempted() && tracepoint_usable();
}

static void set_load_options(const struct recorder_options *options,
			     struct object_options *ret_load)
{
	memset(ret_load, 0, sizeof(*ret_load));
	ret_load->mode = options->mode;
	ret_load->mark_new = options->mark_new;
	ret_load->root_id = options->root_id;
	ret_load->no_task_storage = options->no_task_storage;
	ret_load->tracepoints = needs_tracepoints(options->hook);
	ret_load->preemptible = !ret_load->tracepoints && tracepoint_btf_is_preempted();
	ret_load->slots = options->slots + 1;
	ret_load->arrivals = options->mode == RECORDER_CGROUPS ? ARRIVALS + 1 : 2;
	ret_load->arguments = argument_table_identity();
	ret_load->event_bytes = options->event_bytes ?: EVENT_BYTES;
	if (options->pins)
		ret_load->owner_timeout = options->owner_timeout ?: OWNER_TIMEOUT_NS;
}

int recorder_create(const struct recorder_options *options, struct recorder **ret_recorder,
		    struct error *err)
{
	_cleanup_recorder_ struct recorder *recorder = calloc(1, sizeof(*recorder));
	struct object_options load;
	int r;

	if (!recorder)
		return error_nomem(err);
	recorder->barrier = (struct program_barrier)PROGRAM_BARRIER_INIT;
	recorder->pins = (struct pins)PINS_INIT;
	recorder->set = (struct pin_set)PIN_SET_INIT;
	recorder->options = *options;
	set_load_options(options, &load);
	recorder->preemptible = load.preemptible;
	links_init(&recorder->links, &recorder->object, load.tracepoints, &recorder->set);
	if (options->slots < 1 || options->slots >= RECORDER_SLOTS_MAX)
		return error_set(err, EINVAL, "%u slots are not between 1 and %u", options->slots,
				 RECORDER_SLOTS_MAX - 1);
	r = recorder_open_pins(recorder, err);
	if (r < 0)
		return r;
	if (!recorder_is_pinned(recorder))
		load.owner_timeout = 0;
	r = recorder_get_object(recorder, &load, err);
	if (r < 0)
		return r;
	recorder->ring = ring_buffer__new(recorder->object.events, handle_event, recorder, NULL);
	if (!recorder->ring)
		return error_set_errno(err, errno, "open the ring buffer");
	*ret_recorder = steal_pointer(&recorder);
	return 0;
}

const char *recorder_pins_failure(const struct recorder *recorder)
{
	return recorder->pins_failure.code ? error_message(&recorder->pins_failure) : NULL;
}

bool recorder_is_taken_over(const struct recorder *recorder)
{
	return recorder->taken_over || recorder->replaced;
}

void recorder_watch_denied(struct recorder *recorder)
{
	recorder->options.watch_denied = true;
	recorder->filter_seen = true;
}

int recorder_attach(struct recorder *recorder, struct error *err)
{
	/* The last one creates slots, so their cgroups are watched from the beginning. */
	static const enum object_program cgroups[] = {
		PROGRAM_EXIT_TASK, PROGRAM_EXEC_TASK,	  PROGRAM_ATTACH_TASK,
		PROGRAM_FORK_TASK, PROGRAM_REMOVE_CGROUP, PROGRAM_MAKE_CGROUP,
	};
	static const enum object_program tasks[] = { PROGRAM_FORK_TASK, PROGRAM_EXIT_TASK };

	int r;

	if (recorder->options.mode == RECORDER_TASKS)
		return links_attach(&recorder->links, tasks, 2, err);
	r = links_attach(&recorder->links, cgroups, array_size(cgroups), err);
	if (r == 0)
		r = recorder_adopt_formers(recorder, err);
	/* Again, for cgroups that were created below one that had no slot yet. */
	return r < 0 ? r : recorder_adopt_formers(recorder, err);
}

void recorder_set_runtimes(struct recorder *recorder, const uint64_t *sizes, size_t count)
{
	size_t i;

	for (i = 0; i < count && i < RECORDER_RUNTIMES_MAX; i++)
		recorder->object.runtime_sizes[i] = sizes[i];
}

/* Begins to watch the calls that a filter, a supervisor or a tracer keeps from running. */
static int watch_denied(struct recorder *recorder, struct error *err)
{
	static const enum object_program programs[] = { PROGRAM_SWITCH_TASK, PROGRAM_EXIT_CALL,
							PROGRAM_EXIT_TASK };
	int r;

	if (__atomic_load_n(&recorder->object.life->watch_denied, __ATOMIC_SEQ_CST))
		return 0;
	r = links_attach(&recorder->links, programs, array_size(programs), err);
	if (r < 0)
		return r;
	__atomic_store_n(&recorder->object.life->watch_denied, 1, __ATOMIC_SEQ_CST);
	return recorder_started(recorder) ? task_marks_filtered(&recorder->object, err) : 0;
}

int recorder_mark_present(struct recorder *recorder, struct error *err)
{
	int r = task_marks_present(&recorder->object, err);

	if (__atomic_load_n(recorder->object.present_filtered, __ATOMIC_SEQ_CST))
		recorder->options.watch_denied = true;
	if (r == 0 && recorder->options.watch_denied)
		r = watch_denied(recorder, err);
	return r;
}

bool recorder_started(const struct recorder *recorder)
{
	return links_attached(&recorder->links, PROGRAM_ENTER_CALL);
}

int recorder_mark_command(struct recorder *recorder, pid_t pid, struct error *err)
{
	/* The state needs no cgroup_id: all tasks of a command are inside. */
	static const struct recorder_task state = { .place = RECORDER_PHASE_SETUP };

	return task_marks_set(&recorder->object, pid, &state, err);
}

int recorder_mark_process(struct recorder *recorder, pid_t pid, struct error *err)
{
	static const struct found_cgroup none = {};
	struct recorder_task state = {};
	int r = slots_take(&recorder->slots, &none, false, &state.slot, err);

	if (r < 0)
		return r;
	r = recorder_announce_found(recorder, state.slot, err);
	if (r < 0)
		return r;
	r = task_marks_set(&recorder->object, pid, &state, err);
	if (r < 0)
		return r;
	__atomic_add_fetch(recorder->object.marked_live, 1, __ATOMIC_SEQ_CST);
	return task_marks_threads(&recorder->object, err);
}

unsigned int recorder_marked_live(const struct recorder *recorder)
{
	return __atomic_load_n(recorder->object.marked_live, __ATOMIC_SEQ_CST);
}

/* Begins to record calls with programs that did not do so before. */
static int start(struct recorder *recorder, struct error *err)
{
	static const enum object_program enter[] = { PROGRAM_ENTER_CALL };
	int r = 0;

	if (recorder->options.mode == RECORDER_CGROUPS)
		r = recorder_mark_present(recorder, err);
	else if (recorder->options.watch_denied)
		r = watch_denied(recorder, err);
	__atomic_store_n(recorder->object.marking, 0, __ATOMIC_SEQ_CST);
	if (r == 0)
		r = links_attach(&recorder->links, enter, array_size(enter), err);
	if (r < 0)
		return r;
	__atomic_store_n(recorder->object.started, 1, __ATOMIC_SEQ_CST);
	return recorder_is_pinned(recorder) ?
		       pin_set_write(&recorder->set, &recorder->identity, err) :
		       0;
}

int recorder_start(struct recorder *recorder, struct error *err)
{
	int r = 0;

	if (!recorder->taken_over)
		r = start(recorder, err);
	else if (recorder->options.watch_denied)
		r = watch_denied(recorder, err);
	return r < 0 ? r : recorder_replace_formers(recorder, err);
}

int recorder_fd(const struct recorder *recorder)
{
	return ring_buffer__epoll_fd(recorder->ring);
}

/* Ends the recording if the programs have ended before, because this process was stopped. */
static int check_ownership(const struct recorder *recorder, struct error *err)
{
	if (!__atomic_load_n(&recorder->object.life->expired, __ATOMIC_SEQ_CST))
		return 0;
	return error_set(err, ETIMEDOUT,
			 "the recorder did nothing for so long that the BPF "
			 "programs have ended; calls since then are not recorded");
}

/* Says that the pins have an owner, and what it has seen. */
static int renew_ownership(struct recorder *recorder, struct error *err)
{
	if (!recorder_is_pinned(recorder) || !recorder_started(recorder))
		return 0;
	recorder_tell_owner(recorder);
	recorder->identity.seen = recorder->seen;
	return pin_set_write(&recorder->set, &recorder->identity, err);
}

/* Notes which cgroups are gone, and finds the filters whose events were lost. */
static int look_at_slots(struct recorder *recorder, struct error *err)
{
	uint32_t slot;
	int r = 0;

	for (slot = 1; slot < recorder->slots.count && r == 0; slot++) {
		const struct recorder_slot *entry = &recorder->slots.slots[slot];
		struct tracked_cgroup *tracked;

		if (entry->flags & RECORDER_FILTERED)
			recorder->filter_seen = true;
		if (entry->state != RECORDER_DEAD || !slots_in_use(&recorder->slots, slot))
			continue;
		r = slots_tracked(&recorder->slots, slot, &tracked, err);
		if (r == 0)
			tracked->gone = true;
	}
	return r;
}

/*
 * Announces every slot in use that the handler does not know, and then hands over the cgroups
 * that were gone before the scan began. A cgroup below one of these was created even earlier,
 * so it is announced while its owner can still be found.
 */
static int scan(struct recorder *recorder, struct error *err)
{
	struct recorder_totals now;
	uint32_t slot;
	int r = check_ownership(recorder, err);

	if (r == 0)
		r = look_at_slots(recorder, err);
	recorder_totals(recorder, &now);
	for (slot = 1; slot < recorder->slots.count && r == 0; slot++)
		if (slots_in_use(&recorder->slots, slot))
			r = recorder_announce(recorder, slot, err);
	for (slot = 1; slot < recorder->slots.count && r == 0; slot++)
		if (recorder->slots.tracked[slot] && recorder->slots.tracked[slot]->gone)
			r = recorder_end(recorder, slot, &now, err);
	recorder->seen = now;
	recorder->scanned = true;
	if (r == 0)
		r = renew_ownership(recorder, err);
	if (r == 0 && recorder_started(recorder))
		recorder_drop_unwanted(recorder);
	return r;
}

static int consume(struct recorder *recorder, struct error *err)
{
	int r = ring_buffer__consume(recorder->ring);

	if (r >= 0)
		return 0;
	if (recorder->event_error.code) {
		r = error_copy(err, &recorder->event_error);
		error_finish(&recorder->event_error);
		return r;
	}
	return error_set_errno(err, -r, "read the ring buffer");
}

int recorder_poll(struct recorder *recorder, struct error *err)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	int r = consume(recorder, err);

	if (r < 0)
		return r;
	if (now - recorder->last_scan >= SCAN_INTERVAL_NS) {
		recorder->last_scan = now;
		r = scan(recorder, err);
		if (r < 0)
			return r;
	}
	r = recorder_free_dropped(recorder, err);
	if (r < 0)
		return r;
	return recorder->filter_seen ? watch_denied(recorder, err) : 0;
}

int recorder_catch_up(struct recorder *recorder, struct error *err)
{
	recorder->last_scan = 0;
	return recorder_poll(recorder, err);
}

int recorder_stop(struct recorder *recorder, struct error *err)
{
	uint32_t slot;
	int r;

	if (recorder_is_pinned(recorder)) {
		r = pins_remove(&recorder->pins, err);
		if (r < 0)
			return r;
	}
	links_finish(&recorder->links);
	r = consume(recorder, err);
	if (r == 0)
		r = scan(recorder, err);
	for (slot = 1; slot < recorder->slots.count && r == 0; slot++)
		if (slots_in_use(&recorder->slots, slot))
			r = recorder_end(recorder, slot, &recorder->seen, err);
	return r;
}

void recorder_totals(const struct recorder *recorder, struct recorder_totals *ret_totals)
{
	const struct recorder_losses *losses = &recorder->object.life->losses;

	*ret_totals = (struct recorder_totals){
		.lost_slots = losses->slots,
		.lost_map = losses->map,
		.lost_events = losses->events,
		.recursion = losses->recursion + object_recursion(&recorder->object),
	};
}

void recorder_totals_before(const struct recorder *recorder, struct recorder_totals *ret_totals)
{
	if (recorder_is_taken_over(recorder) && !recorder->scanned)
		*ret_totals = recorder->seen;
	else
		recorder_totals(recorder, ret_totals);
}

void recorder_totals_since(const struct recorder *recorder, const struct recorder_totals *before,
			   struct recorder_totals *ret_totals)
{
	struct recorder_totals now;

	recorder_totals(recorder, &now);
	*ret_totals = recorder_totals_between(before, &now);
}

struct recorder_totals recorder_totals_between(const struct recorder_totals *before,
					       const struct recorder_totals *after)
{
	return (struct recorder_totals){
		.lost_slots = after->lost_slots - before->lost_slots,
		.lost_map = after->lost_map - before->lost_map,
		.lost_events = after->lost_events - before->lost_events,
		.recursion = after->recursion - before->recursion,
	};
}

int recorder_detach(const char *path, bool *ret_removed, struct error *err)
{
	struct pins pins = PINS_INIT;
	int r;

	*ret_removed = access(path, F_OK) == 0;
	if (!*ret_removed)
		return 0;
	r = pins_open(path, &pins, err);
	if (r < 0)
		return r;
	r = pins_remove(&pins, err);
	if (r == 0 && rmdir(path) < 0)
		r = error_set_errno(err, errno, "remove the directory %s", path);
	pins_close(&pins);
	return r;
}

void recorder_destroy(struct recorder *recorder)
{
	if (!recorder)
		return;
	links_finish(&recorder->links);
	program_barrier_finish(&recorder->barrier);
	recorder_finish_pins(recorder);
	error_finish(&recorder->pins_failure);
	cleanup_ring_buffer__free(&recorder->ring);
	slots_finish(&recorder->slots);
	object_finish(&recorder->object);
	error_finish(&recorder->event_error);
	free(recorder->handlers);
	free(recorder);
}
