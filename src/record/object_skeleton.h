/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_OBJECT_SKELETON_H
#define RECORD_OBJECT_SKELETON_H

/*
 * From a generated skeleton to a struct object. Each skeleton has a type of its own, and all have the
 * same members, so that this is a macro. Who uses it has defined how that kind of skeleton is handled:
 *
 *	MAP_RESIZE(skel, map, count)			before it is loaded
 *	PROGRAM_FD(skel, program), MAP_FD(skel, map)	when it is
 *	int refused(int code, struct error *err)	when it could not be; code is an errno
 */
#include <errno.h>

#include "record/object.h"
#include "util/error.h"

/* Defines load_<variant>(), which loads as object_load() does. */
#define DEFINE_LOAD(variant)                                                                      \
	static void destroy_##variant(void *skel)                                                 \
	{                                                                                         \
		variant##__destroy(skel);                                                         \
	}                                                                                         \
                                                                                                  \
	static int load_##variant(const struct object_knobs *knobs, struct object *ret_object,    \
				  struct error *err)                                              \
	{                                                                                         \
		struct variant *skel = variant##__open();                                         \
		int r;                                                                            \
                                                                                                  \
		if (!skel)                                                                        \
			return error_set_errno(err, errno, "prepare the BPF programs");           \
		skel->rodata->mode = knobs->mode;                                                 \
		skel->rodata->mark_new = knobs->mark_new;                                         \
		skel->rodata->can_probe = !knobs->no_probe;                                       \
		MAP_RESIZE(skel, slots, knobs->slots);                                            \
		MAP_RESIZE(skel, paths, knobs->slots);                                            \
		MAP_RESIZE(skel, free_slots, knobs->slots);                                       \
		MAP_RESIZE(skel, slot_by_cgroup, knobs->slots);                                   \
		r = variant##__load(skel);                                                        \
		if (r < 0) {                                                                      \
			variant##__destroy(skel);                                                 \
			return refused(-r, err);                                                  \
		}                                                                                 \
		*ret_object = (struct object){                                                  \
			.programs = {                                                           \
				[PROGRAM_ENTER_CALL] = PROGRAM_FD(skel, enter_call),            \
				[PROGRAM_EXIT_CALL] = PROGRAM_FD(skel, exit_call),              \
				[PROGRAM_MAKE_CGROUP] = PROGRAM_FD(skel, make_cgroup),          \
				[PROGRAM_REMOVE_CGROUP] = PROGRAM_FD(skel, remove_cgroup),      \
				[PROGRAM_ATTACH_TASK] = PROGRAM_FD(skel, attach_task),          \
				[PROGRAM_FORK_TASK] = PROGRAM_FD(skel, fork_task),              \
				[PROGRAM_EXEC_TASK] = PROGRAM_FD(skel, exec_task),              \
				[PROGRAM_EXIT_TASK] = PROGRAM_FD(skel, exit_task),              \
				[PROGRAM_MARK_THREADS] = PROGRAM_FD(skel, mark_threads),        \
			},                                                                      \
			.slots = MAP_FD(skel, slots),                                           \
			.paths = MAP_FD(skel, paths),                                           \
			.free_slots = MAP_FD(skel, free_slots),                                 \
			.slot_by_cgroup = MAP_FD(skel, slot_by_cgroup),                         \
			.strays = MAP_FD(skel, strays),                                         \
			.events = MAP_FD(skel, events),                                         \
			.notes = MAP_FD(skel, notes),                                           \
			.watch_denied = &skel->bss->watch_denied,                               \
			.marked_live = &skel->bss->marked_live,                                 \
			.losses = &skel->bss->losses,                                           \
			.skeleton = skel,                                                       \
			.destroy_skeleton = destroy_##variant,                                 \
		}; \
		return 0;                                                                         \
	}

#endif
