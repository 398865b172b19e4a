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

#include "record/tracked_cgroup.h"
#include "record/object.h"
#include "record/slots.h"
#include "record/tracepoint.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/error.h"

#define EVENT_BYTES (256 * 1024)
/* Limit of the arrivals that exist at once: most last until they execute the workload. */
#define ARRIVALS 1023

/* Events can be lost, so all slots are scanned this often. */
#define SCAN_INTERVAL_NS 1000000000LL

DEFINE_CLEANUP(struct ring_buffer *, ring_buffer__free);

struct recorder {
	struct recorder_options options;
	struct recorder_handler handler;
	struct object object;
	struct slots slots;
	struct ring_buffer *ring;
	int links[PROGRAM_COUNT];
	int64_t last_scan; /* 0: a scan is due */
	bool filter_seen;
	bool tracepoints;	  /* use classic ones where a skipped run could hide a call */
	struct error event_error; /* from the ring buffer's callback */
};

/*
 * Announces a slot in use to the handler, after the slot of the cgroup above. That slot still
 * exists, because a cgroup is removed after the cgroups below it.
 */
static int announce(struct recorder *recorder, uint32_t slot, struct error *err)
{
	struct tracked_cgroup *tracked;
	uint32_t above;
	int r = slots_tracked(&recorder->slots, slot, &tracked, err);

	if (r < 0 || tracked->announced)
		return r;
	tracked->announced = true;
	above = slots_find(&recorder->slots, tracked->parent_id);
	if (above != RECORDER_SLOT_NONE) {
		r = announce(recorder, above, err);
		if (r < 0)
			return r;
	}
	return recorder->handler.created ?
		       recorder->handler.created(recorder->handler.data, tracked, err) :
		       0;
}

static int ended(struct recorder *recorder, uint32_t slot, struct error *err)
{
	struct tracked_cgroup *tracked;
	int r = slots_collect(&recorder->slots, slot, &tracked, err);

	if (r < 0)
		return r;
	if (recorder->handler.removed)
		return recorder->handler.removed(recorder->handler.data, tracked, err);
	tracked_cgroup_destroy(tracked);
	return 0;
}

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
	if (slot->generation != event->generation || slot->state == RECORDER_FREE)
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

int recorder_create(const struct recorder_options *options, const struct recorder_handler *handler,
		    struct recorder **ret_recorder, struct error *err)
{
	struct object_options load = {
		.mode = options->mode,
		.mark_new = options->mark_new,
		.tracepoints = needs_tracepoints(options->hook),
		.slots = options->slots + 1,
		.arrivals = options->mode == RECORDER_CGROUPS ? ARRIVALS + 1 : 2,
		.event_bytes = options->event_bytes ?: EVENT_BYTES,
	};
	_cleanup_recorder_ struct recorder *recorder = calloc(1, sizeof(*recorder));
	size_t i;
	int r;

	if (!recorder)
		return error_nomem(err);
	if (options->slots < 1 || load.slots > RECORDER_SLOTS_MAX)
		return error_set(err, EINVAL, "%u slots are not between 1 and %u", options->slots,
				 RECORDER_SLOTS_MAX - 1);
	recorder->options = *options;
	recorder->handler = *handler;
	recorder->tracepoints = load.tracepoints;
	for (i = 0; i < PROGRAM_COUNT; i++)
		recorder->links[i] = -1;
	r = object_load(&load, &recorder->object, err);
	if (r < 0)
		return r;
	r = slots_init(&recorder->slots, &recorder->object, load.slots, load.arrivals, err);
	if (r < 0)
		return r;
	recorder->ring = ring_buffer__new(recorder->object.events, handle_event, recorder, NULL);
	if (!recorder->ring)
		return error_set_errno(err, errno, "open the ring buffer");
	*ret_recorder = steal_pointer(&recorder);
	return 0;
}

static int attach_btf(struct recorder *recorder, enum object_program program, struct error *err)
{
	int fd = bpf_raw_tracepoint_open(NULL, recorder->object.programs[program]);

	if (fd < 0)
		return error_set_errno(err, errno, "attach a BPF program to its tracepoint");
	recorder->links[program] = fd;
	return 0;
}

/* The programs that differ in the tracepoint variant; the others are tp_btf in both. */
static const char *const tracepoints[PROGRAM_COUNT] = {
	[PROGRAM_ENTER_CALL] = "raw_syscalls/sys_enter",
	[PROGRAM_EXIT_CALL] = "raw_syscalls/sys_exit",
	[PROGRAM_EXEC_TASK] = "sched/sched_process_exec",
	[PROGRAM_EXIT_TASK] = "sched/sched_process_exit",
};

static int attach(struct recorder *recorder, enum object_program program, struct error *err)
{
	if (recorder->links[program] >= 0)
		return 0;
	if (!recorder->tracepoints || !tracepoints[program])
		return attach_btf(recorder, program, err);
	return tracepoint_attach(tracepoints[program], recorder->object.programs[program],
				 &recorder->links[program], err);
}

static int attach_all(struct recorder *recorder, const enum object_program *programs, size_t count,
		      struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < count; i++) {
		r = attach(recorder, programs[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static void detach(struct recorder *recorder, enum object_program program)
{
	if (recorder->links[program] >= 0)
		close(recorder->links[program]);
	recorder->links[program] = -1;
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

	if (recorder->options.mode == RECORDER_TASKS)
		return attach_all(recorder, tasks, 2, err);
	return attach_all(recorder, cgroups, array_size(cgroups), err);
}

/* Announces a slot that user space took for an existing cgroup or process. */
static int announce_found(struct recorder *recorder, uint32_t slot, struct error *err)
{
	struct tracked_cgroup *tracked;
	int r = slots_tracked(&recorder->slots, slot, &tracked, err);

	if (r < 0)
		return r;
	tracked->pre_existing = true;
	return announce(recorder, slot, err);
}

int recorder_add_cgroup(struct recorder *recorder, const struct found_cgroup *found,
			struct error *err)
{
	uint32_t slot;
	int r;

	if (bpf_map_lookup_elem(recorder->object.slot_by_cgroup, &found->id, &slot) == 0)
		return 0;
	if (recorder->options.mode == RECORDER_CGROUPS && recorder->links[PROGRAM_ENTER_CALL] < 0)
		__atomic_store_n(recorder->object.marking, 1, __ATOMIC_SEQ_CST);
	r = slots_take(&recorder->slots, found, &slot, err);
	return r < 0 ? r : announce_found(recorder, slot, err);
}

void recorder_set_runtimes(struct recorder *recorder, const uint64_t *sizes, size_t count)
{
	size_t i;

	for (i = 0; i < count && i < RECORDER_RUNTIMES_MAX; i++)
		recorder->object.runtime_sizes[i] = sizes[i];
}

/* Runs the iterator once over all tasks of the machine. */
static int iterate_tasks(struct recorder *recorder, struct error *err)
{
	_cleanup_close_ int link = -1, iterator = -1;
	char nothing[64];
	ssize_t got;

	link = bpf_link_create(recorder->object.programs[PROGRAM_MARK_TASKS], 0, BPF_TRACE_ITER,
			       NULL);
	if (link < 0)
		return error_set_errno(err, errno, "attach the task iterator");
	iterator = bpf_iter_create(link);
	if (iterator < 0)
		return error_set_errno(err, errno, "create the task iterator");
	do {
		got = read(iterator, nothing, sizeof(nothing));
	} while (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)));
	if (got < 0)
		return error_set_errno(err, errno, "run the task iterator");
	return 0;
}

/* Flags the slots of tasks that are already under a filter. */
static int seek_filtered(struct recorder *recorder, struct error *err)
{
	int r;

	__atomic_store_n(recorder->object.seek_filtered, 1, __ATOMIC_SEQ_CST);
	r = iterate_tasks(recorder, err);
	__atomic_store_n(recorder->object.seek_filtered, 0, __ATOMIC_SEQ_CST);
	return r;
}

/* Begins to watch the calls that a filter, a supervisor or a tracer keeps from running. */
static int watch_denied(struct recorder *recorder, struct error *err)
{
	static const enum object_program programs[] = { PROGRAM_SWITCH_TASK, PROGRAM_EXIT_CALL,
							PROGRAM_EXIT_TASK };
	int r;

	if (__atomic_load_n(recorder->object.watch_denied, __ATOMIC_SEQ_CST))
		return 0;
	r = attach_all(recorder, programs, array_size(programs), err);
	if (r < 0)
		return r;
	__atomic_store_n(recorder->object.watch_denied, 1, __ATOMIC_SEQ_CST);
	return recorder->links[PROGRAM_ENTER_CALL] < 0 ? 0 : seek_filtered(recorder, err);
}

/* Iterates until a pass marks no task: the mark of a task comes from its leader or parent. */
static int mark_tasks(struct recorder *recorder, struct error *err)
{
	uint32_t before;
	int r;

	do {
		before = __atomic_load_n(recorder->object.marked, __ATOMIC_SEQ_CST);
		r = iterate_tasks(recorder, err);
		if (r < 0)
			return r;
	} while (__atomic_load_n(recorder->object.marked, __ATOMIC_SEQ_CST) != before);
	return 0;
}

/* Gives phases to the tasks that are already in recorded cgroups (bpf/setup.h). */
static int mark_present(struct recorder *recorder, struct error *err)
{
	int r = mark_tasks(recorder, err);

	if (r < 0)
		return r;
	*recorder->object.mark_rest = 1;
	r = mark_tasks(recorder, err);
	*recorder->object.mark_rest = 0;
	__atomic_store_n(recorder->object.marking, 0, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(recorder->object.present_filtered, __ATOMIC_SEQ_CST))
		recorder->options.watch_denied = true;
	return r;
}

static int set_state(struct recorder *recorder, pid_t pid, const struct recorder_task *state,
		     struct error *err)
{
	_cleanup_close_ int pidfd = syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		return error_set_errno(err, errno, "open process %d", pid);
	if (bpf_map_update_elem(recorder->object.tasks, &pidfd, state, BPF_ANY) < 0)
		return error_set_errno(err, errno, "mark process %d", pid);
	return 0;
}

int recorder_mark_command(struct recorder *recorder, pid_t pid, struct error *err)
{
	/* The state needs no cgroup_id: all tasks of a command are inside. */
	static const struct recorder_task state = { .phase = RECORDER_PHASE_SETUP };

	return set_state(recorder, pid, &state, err);
}

int recorder_mark_process(struct recorder *recorder, pid_t pid, struct error *err)
{
	static const struct found_cgroup none = {};
	struct recorder_task state = {};
	int r = slots_take(&recorder->slots, &none, &state.slot, err);

	if (r < 0)
		return r;
	r = announce_found(recorder, state.slot, err);
	if (r < 0)
		return r;
	r = set_state(recorder, pid, &state, err);
	if (r < 0)
		return r;
	__atomic_add_fetch(recorder->object.marked_live, 1, __ATOMIC_SEQ_CST);
	return mark_tasks(recorder, err);
}

unsigned int recorder_marked_live(const struct recorder *recorder)
{
	return __atomic_load_n(recorder->object.marked_live, __ATOMIC_SEQ_CST);
}

int recorder_start(struct recorder *recorder, struct error *err)
{
	int r = 0;

	if (recorder->options.mode == RECORDER_CGROUPS)
		r = mark_present(recorder, err);
	if (r == 0 && recorder->options.watch_denied)
		r = watch_denied(recorder, err);
	if (r == 0)
		r = attach(recorder, PROGRAM_ENTER_CALL, err);
	if (r == 0)
		__atomic_store_n(recorder->object.started, 1, __ATOMIC_SEQ_CST);
	return r;
}

int recorder_fd(const struct recorder *recorder)
{
	return ring_buffer__epoll_fd(recorder->ring);
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
		if (entry->state != RECORDER_DEAD)
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
	uint32_t slot;
	int r = look_at_slots(recorder, err);

	for (slot = 1; slot < recorder->slots.count && r == 0; slot++)
		if (recorder->slots.slots[slot].state != RECORDER_FREE)
			r = announce(recorder, slot, err);
	for (slot = 1; slot < recorder->slots.count && r == 0; slot++)
		if (recorder->slots.tracked[slot] && recorder->slots.tracked[slot]->gone)
			r = ended(recorder, slot, err);
	return r;
}

static int consume(struct recorder *recorder, struct error *err)
{
	int r = ring_buffer__consume(recorder->ring);

	if (r >= 0)
		return 0;
	if (recorder->event_error.code) {
		*err = recorder->event_error;
		recorder->event_error = (struct error)ERROR_INIT;
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
	return recorder->filter_seen ? watch_denied(recorder, err) : 0;
}

int recorder_stop(struct recorder *recorder, struct error *err)
{
	uint32_t slot;
	size_t i;
	int r;

	for (i = 0; i < PROGRAM_COUNT; i++)
		detach(recorder, i);
	r = consume(recorder, err);
	if (r == 0)
		r = scan(recorder, err);
	for (slot = 1; slot < recorder->slots.count && r == 0; slot++)
		if (recorder->slots.slots[slot].state != RECORDER_FREE)
			r = ended(recorder, slot, err);
	return r;
}

/* Returns how often the kernel skipped a program that was already running on the same CPU. */
static uint64_t recursion_misses(int program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return 0;
	return info.recursion_misses;
}

void recorder_totals(const struct recorder *recorder, struct recorder_totals *ret_totals)
{
	const struct recorder_losses *losses = recorder->object.losses;
	size_t i;

	*ret_totals = (struct recorder_totals){
		.lost_slots = losses->slots,
		.lost_map = losses->map,
		.lost_events = losses->events,
	};
	for (i = 0; i < PROGRAM_COUNT; i++)
		ret_totals->recursion += recursion_misses(recorder->object.programs[i]);
}

void recorder_destroy(struct recorder *recorder)
{
	size_t i;

	if (!recorder)
		return;
	for (i = 0; i < PROGRAM_COUNT; i++)
		detach(recorder, i);
	cleanup_ring_buffer__free(&recorder->ring);
	slots_finish(&recorder->slots);
	object_finish(&recorder->object);
	error_finish(&recorder->event_error);
	free(recorder);
}
