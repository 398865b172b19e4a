/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_RECORDER_STATE_H
#define RECORD_RECORDER_STATE_H

/* Shared by the recorder*.c files only: what a recorder consists of. */
#include <stdbool.h>
#include <stdint.h>

#include "record/former.h"
#include "record/links.h"
#include "record/object.h"
#include "record/pins.h"
#include "record/program_barrier.h"
#include "record/recorder.h"
#include "record/slots.h"
#include "util/error.h"

struct ring_buffer;

struct recorder {
	struct recorder_options options;
	struct recorder_handler *handlers;
	size_t handler_count;
	struct object object;
	struct links links;
	struct slots slots;
	struct program_barrier barrier;
	struct pins pins;
	struct pin_set set; /* of this recorder's own programs */
	struct pins_identity identity;
	struct error pins_failure; /* why nothing is pinned */
	bool taken_over;	   /* the programs were pinned by another process */
	struct former *formers;	   /* programs that this recorder replaces when it starts */
	size_t former_count;
	bool replaced; /* it has replaced some */
	struct ring_buffer *ring;
	struct recorder_totals seen; /* the losses when the last scan began */
	int64_t last_scan;	     /* 0: a scan is due */
	bool scanned;		     /* at least once */
	bool filter_seen;
	bool preemptible;	  /* the programs of system calls can be preempted */
	struct error event_error; /* from the ring buffer's callback */
};

/* True if calls are being recorded. */
bool recorder_started(const struct recorder *recorder);

/* Opens the directory of pins. Without a bpffs the recorder does without them. */
int recorder_open_pins(struct recorder *recorder, struct error *err);

bool recorder_is_pinned(const struct recorder *recorder);

/* Takes pinned programs over, or loads new ones. */
int recorder_get_object(struct recorder *recorder, const struct object_options *load,
			struct error *err);

/* Says that the maps have an owner. */
void recorder_tell_owner(struct recorder *recorder);

/* Gives slots to what the former programs record, once new cgroups are noticed: former.h. */
int recorder_adopt_formers(struct recorder *recorder, struct error *err);

/* Drains and removes the former programs, once calls are recorded. */
int recorder_replace_formers(struct recorder *recorder, struct error *err);

/* Closes all pins, and leaves them. */
void recorder_finish_pins(struct recorder *recorder);

/*
 * Announces a slot in use to the handlers, after the slot of the cgroup above. That slot still
 * exists, because a cgroup is removed after the cgroups below it.
 */
int recorder_announce(struct recorder *recorder, uint32_t slot, struct error *err);

/* Announces a slot that user space took for an existing cgroup or process. */
int recorder_announce_found(struct recorder *recorder, uint32_t slot, struct error *err);

/*
 * Gives phases to the tasks that are already in recorded cgroups, and begins to watch denied
 * calls if one of them is under a filter.
 */
int recorder_mark_present(struct recorder *recorder, struct error *err);

/*
 * Completes the tracked cgroup of a slot, reports it as removed, and frees both. totals are the
 * losses at some time after the cgroup's end.
 */
int recorder_end(struct recorder *recorder, uint32_t slot, const struct recorder_totals *totals,
		 struct error *err);

/* Returns the losses from one time to a later one. */
struct recorder_totals recorder_totals_between(const struct recorder_totals *before,
					       const struct recorder_totals *after);

/* True if a handler wants the cgroup to be recorded on. */
bool recorder_is_wanted(const struct recorder *recorder, const struct tracked_cgroup *tracked);

void recorder_report_dropped(const struct recorder *recorder, const struct tracked_cgroup *tracked);

/* Drops the cgroups that no handler wants. */
void recorder_drop_unwanted(struct recorder *recorder);

/* Frees the slots of dropped cgroups. */
int recorder_free_dropped(struct recorder *recorder, struct error *err);

#endif
