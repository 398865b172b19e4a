/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

/*
 * The BPF program at work: create (load), attach, add what is to be recorded, start, poll,
 * stop, destroy. It knows cgroups and tasks, and nothing of containers.
 *
 * The order matters. After recorder_attach() no new cgroup is missed, so what is looked up
 * then, and added, is everything; after recorder_start() calls are counted. Nothing is
 * pinned: when the process ends, however it ends, the kernel takes everything away.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared.h"
#include "util/cleanup.h"

struct error;
struct tracked_cgroup;
struct recorder;

/* What the programs are attached to where there is a choice. */
enum recorder_hook {
	RECORDER_HOOK_AUTO,	  /* the other two, as the kernel is */
	RECORDER_HOOK_BTF,	  /* tp_btf: the cheapest */
	RECORDER_HOOK_TRACEPOINT, /* classic tracepoints: never preempted, so never skipped */
	RECORDER_HOOK_COUNT,
};

struct recorder_options {
	enum recorder_mode mode;
	enum recorder_hook hook;
	bool mark_new;	    /* every new cgroup on the node, not only those below added ones */
	bool watch_denied;  /* from the start; otherwise once a task under a filter is seen */
	unsigned int slots; /* how many cgroups can be recorded at once */
	unsigned int event_bytes; /* size of the ring buffer; 0 for the usual one */
};

/* A cgroup that exists already; the path is borrowed. */
struct found_cgroup {
	uint64_t id;
	uint64_t parent_id; /* 0: it is the top of what is recorded */
	uint64_t domain; /* id of the container's cgroup that it belongs to; its own without one */
	bool is_container; /* it is a container's, or below one's */
	const char *path;
};

/* What happens while recording. Any may be NULL; a failure ends recorder_poll() with it. */
struct recorder_handler {
	/*
	 * A cgroup was added or made; may set tracked->owner. The cgroup above it comes first,
	 * if it is recorded, also where both are gone already.
	 */
	int (*created)(void *data, struct tracked_cgroup *tracked, struct error *err);
	/*
	 * The cgroup is gone (removed is set), or the recording ends. The sets are complete. The
	 * handler owns the tracked cgroup now, whatever it returns.
	 */
	int (*removed)(void *data, struct tracked_cgroup *tracked, struct error *err);
	void *data;
};

struct recorder_totals {
	uint64_t lost_slots;  /* new cgroups for which no slot was free */
	uint64_t lost_map;    /* map updates that failed, and belong to no cgroup */
	uint64_t lost_events; /* events only: no call is lost with them */
	uint64_t recursion;   /* program runs that the kernel skipped */
};

/* Loads the BPF object. The caller destroys ret_recorder; handler is copied. */
int recorder_create(const struct recorder_options *options, const struct recorder_handler *handler,
		    struct recorder **ret_recorder, struct error *err);

/* From now on new cgroups and tasks are noticed. */
int recorder_attach(struct recorder *recorder, struct error *err);

/* Records a cgroup that exists; twice does nothing. -ENOSPC when all slots are taken. */
int recorder_add_cgroup(struct recorder *recorder, const struct found_cgroup *found,
			struct error *err);

/*
 * Tells the sizes of the programs of this node's container runtimes, by which their processes
 * are known that are setting a container up when the recording begins. Those that are too many
 * are left out.
 */
void recorder_set_runtimes(struct recorder *recorder, const uint64_t *sizes, size_t count);

/* Marks a process with all its threads and its children to come (RECORDER_TASKS). */
int recorder_mark_process(struct recorder *recorder, pid_t pid, struct error *err);

/* The first process of a command: what it does until its execve does not count. */
int recorder_mark_command(struct recorder *recorder, pid_t pid, struct error *err);

/* Denied calls are to be watched: from recorder_start() on, or from the end of this poll on. */
void recorder_watch_denied(struct recorder *recorder);

/* How many marked tasks are alive. */
unsigned int recorder_marked_live(const struct recorder *recorder);

/* Counts calls from now on. */
int recorder_start(struct recorder *recorder, struct error *err);

/* To be polled for reading; recorder_poll() is due when it is ready, and once a second. */
int recorder_fd(const struct recorder *recorder);

/* Handles what has happened and frees the slots of cgroups that are gone. Does not block. */
int recorder_poll(struct recorder *recorder, struct error *err);

/* Stops counting and hands over every cgroup that is left. */
int recorder_stop(struct recorder *recorder, struct error *err);

/* What was lost so far. */
void recorder_totals(const struct recorder *recorder, struct recorder_totals *ret_totals);

void recorder_destroy(struct recorder *recorder);
DEFINE_CLEANUP(struct recorder *, recorder_destroy);
#define _cleanup_recorder_ _cleanup_(cleanup_recorder_destroy)

#endif
