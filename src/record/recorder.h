/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

/*
 * Runs the BPF program: create (load), attach, add cgroups or tasks, start, poll, stop,
 * destroy. The recorder knows cgroups and tasks, but no containers.
 *
 * The order matters. recorder_attach() notices new cgroups, so no cgroup is missed if the
 * caller looks up and adds the existing ones afterwards. recorder_start() begins to record
 * calls. Cgroups can be added, copied and dropped at any time. Unless it is
 * told to pin something, the kernel removes everything when the process ends, however that is.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared.h"
#include "util/cleanup.h"

struct error;
struct tracked_cgroup;
struct recorder;

/* The kind of tracepoint for programs that can attach to both kinds. */
enum recorder_hook {
	RECORDER_HOOK_AUTO,	  /* one of the others, depending on the kernel */
	RECORDER_HOOK_BTF,	  /* tp_btf: the cheapest */
	RECORDER_HOOK_TRACEPOINT, /* classic tracepoints: never preempted, so never skipped */
	RECORDER_HOOK_COUNT,
};

struct recorder_options {
	enum recorder_mode mode;
	enum recorder_hook hook;
	bool mark_new;	      /* record all new cgroups on the node, not only below added ones */
	uint64_t root_id;     /* mark_new holds below the cgroup with this id only; 0: everywhere */
	bool no_task_storage; /* for tests: as if every task's storage were busy */
	bool watch_denied;    /* from the start; if false, once a task under a filter is seen */
	/*
	 * A directory of a bpffs, borrowed. What is pinned there goes on recording when this
	 * process ends, and a recorder with the same options takes it over. One of another build,
	 * or with other options, replaces the programs without a gap. NULL: pins nothing.
	 */
	const char *pins;
	uint32_t layout;	  /* for tests: the layout of the pins; 0: RECORDER_LAYOUT */
	uint64_t owner_timeout;	  /* ns after which pins without an owner stop; 0: 10 minutes */
	unsigned int slots;	  /* number of cgroups that can be recorded at once */
	unsigned int event_bytes; /* size of the ring buffer; 0 for the default */
};

/* A cgroup that already exists; the path is borrowed. */
struct found_cgroup {
	uint64_t id;
	uint64_t parent_id; /* 0 for the top of the recorded cgroups */
	uint64_t domain;    /* id of its container's cgroup; its own id without a container */
	bool is_container;  /* it is a container's cgroup, or below one */
	const char *path;
};

/*
 * Callbacks; any may be NULL. If one fails, recorder_poll() returns its error. Several handlers
 * can share a recorder. The tracked cgroup is the same for all, and stays the recorder's.
 */
struct recorder_handler {
	/*
	 * A cgroup was added or created. If the cgroup above it is recorded, that one is
	 * reported first, even if both are already gone.
	 */
	int (*created)(void *data, struct tracked_cgroup *tracked, struct error *err);
	/*
	 * The cgroup is gone (tracked->removed is set), or the recording ends. The sets of
	 * calls are complete. The tracked cgroup is freed when all handlers have returned, and none
	 * needs it.
	 */
	int (*removed)(void *data, const struct tracked_cgroup *tracked, struct error *err);
	/*
	 * True as long as what was removed has to stay in its slot, so that a later owner of the
	 * pins finds it. NULL: false.
	 */
	bool (*needs)(void *data, const struct tracked_cgroup *tracked);
	/* True if the cgroup shall be recorded on. It is dropped once no handler wants it. */
	bool (*wants)(void *data, const struct tracked_cgroup *tracked);
	/* The cgroup was dropped, and the tracked cgroup will be freed. */
	void (*dropped)(void *data, const struct tracked_cgroup *tracked);
	void *data;
};

struct recorder_totals {
	uint64_t lost_slots;  /* new cgroups for which no slot was free */
	uint64_t lost_map;    /* failed map updates that belong to no cgroup */
	uint64_t lost_events; /* lost events; no call is lost with them */
	uint64_t recursion;   /* program runs that the kernel skipped */
};

/*
 * Loads the BPF object, or takes over a pinned one. The caller destroys ret_recorder. -EBUSY if
 * another process owns the pins. If the directory is in no bpffs, nothing is pinned, and
 * recorder_pins_failure() has the reason.
 */
int recorder_create(const struct recorder_options *options, struct recorder **ret_recorder,
		    struct error *err);

/* Returns why nothing is pinned although it should be; NULL otherwise. Borrowed. */
const char *recorder_pins_failure(const struct recorder *recorder);

/* True if the recorder goes on with what another process began. Known after recorder_start(). */
bool recorder_is_taken_over(const struct recorder *recorder);

/*
 * Adds a handler, which is copied. If the recorder has been started, recorder_visit() shows the
 * cgroups that exist already. Without any handler, every cgroup is dropped.
 */
int recorder_add_handler(struct recorder *recorder, const struct recorder_handler *handler,
			 struct error *err);

/* Removes the handlers with this data. Callbacks of the recorder must not call it. */
void recorder_remove_handler(struct recorder *recorder, const void *data);

/*
 * Calls visit for every recorded cgroup that handlers know and whose removal they do not, those
 * above first. A failure ends
 * the iteration and is returned.
 */
int recorder_visit(struct recorder *recorder,
		   int (*visit)(void *data, struct tracked_cgroup *tracked, struct error *err),
		   void *data, struct error *err);

/* Attaches the programs that notice new cgroups and tasks. */
int recorder_attach(struct recorder *recorder, struct error *err);

/*
 * Adds an existing cgroup, unless it is recorded already, and returns what is tracked of it.
 * ret_tracked may be NULL. -ENOSPC if no slot is free. If calls are being recorded, those of
 * this cgroup are, from the return of the function on. It then takes some 10 ms.
 */
int recorder_add_cgroup(struct recorder *recorder, const struct found_cgroup *found,
			struct tracked_cgroup **ret_tracked, struct error *err);

/*
 * Returns what is known of a recorded cgroup, as the handler would get it if the cgroup were
 * removed now. It is right even if events were lost. The caller owns ret_tracked. -ENOENT if
 * the cgroup is not recorded.
 */
int recorder_snapshot(struct recorder *recorder, uint64_t cgroup_id,
		      struct tracked_cgroup **ret_tracked, struct error *err);

/*
 * The same for a cgroup that is recorded on: leaves out the calls of tasks that are still in
 * set-up. How that ends decides whether they count.
 */
int recorder_snapshot_settled(struct recorder *recorder, uint64_t cgroup_id,
			      struct tracked_cgroup **ret_tracked, struct error *err);

/*
 * Ends the recording of one cgroup, but not of the cgroups below it. The next recorder_poll()
 * frees the slot, and takes some 20 ms more for that. After it, the cgroup's calls cost as little
 * as those of a cgroup that was never recorded, and the cgroup can be added again. Does nothing
 * if the cgroup is not recorded. -EOPNOTSUPP with RECORDER_HOOK_BTF since Linux 7.2: the cgroup
 * stays recorded.
 */
int recorder_drop_cgroup(struct recorder *recorder, uint64_t cgroup_id, struct error *err);

/*
 * Sets the sizes in bytes of the programs of this node's container runtimes. They identify the
 * processes of a runtime that is setting a container up when the recording begins. Sizes beyond
 * RECORDER_RUNTIMES_MAX are ignored.
 */
void recorder_set_runtimes(struct recorder *recorder, const uint64_t *sizes, size_t count);

/* Marks a process, its threads and its future children (RECORDER_TASKS). */
int recorder_mark_process(struct recorder *recorder, pid_t pid, struct error *err);

/* Marks the first process of a command: its calls before its execve do not count. */
int recorder_mark_command(struct recorder *recorder, pid_t pid, struct error *err);

/*
 * Watches denied calls from recorder_start() on or, if that was called before, from the end of
 * the current or next recorder_poll() on.
 */
void recorder_watch_denied(struct recorder *recorder);

/* Returns the number of marked tasks that are alive. */
unsigned int recorder_marked_live(const struct recorder *recorder);

/* Begins to record calls. */
int recorder_start(struct recorder *recorder, struct error *err);

/* Returns a borrowed descriptor. Call recorder_poll() if it is readable, and once a second. */
int recorder_fd(const struct recorder *recorder);

/* Handles new events and frees the slots of removed cgroups. Does not block. */
int recorder_poll(struct recorder *recorder, struct error *err);

/* The same, and reports every cgroup that was created or removed before the call. */
int recorder_catch_up(struct recorder *recorder, struct error *err);

/* Stops recording, reports every remaining cgroup as removed, and removes the pins. */
int recorder_stop(struct recorder *recorder, struct error *err);

/* Returns the losses so far. */
void recorder_totals(const struct recorder *recorder, struct recorder_totals *ret_totals);

/*
 * Returns the losses with which a handler that is added now has nothing to do: those so far or,
 * before the first recorder_poll() of a recorder that was taken over, those that the former owner
 * knew. What was lost while nobody was there concerns what goes on.
 */
void recorder_totals_before(const struct recorder *recorder, struct recorder_totals *ret_totals);

/* Returns the losses since an earlier call of recorder_totals(). */
void recorder_totals_since(const struct recorder *recorder, const struct recorder_totals *before,
			   struct recorder_totals *ret_totals);

/* Where recorders pin unless they are told otherwise. */
#define RECORDER_PINS "/sys/fs/bpf/recorder"

/*
 * Removes what was pinned in a directory, and the directory. Sets ret_removed to false if there
 * is none. -EBUSY if a process owns the pins.
 */
int recorder_detach(const char *pins, bool *ret_removed, struct error *err);

/* Leaves what is pinned, which goes on recording. */
void recorder_destroy(struct recorder *recorder);
DEFINE_CLEANUP(struct recorder *, recorder_destroy);
#define _cleanup_recorder_ _cleanup_(cleanup_recorder_destroy)

#endif
