/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_OBJECT_SKELETON_H
#define RECORD_OBJECT_SKELETON_H

/*
 * Makes a struct object from a generated skeleton. This is a macro, because each skeleton has a
 * type of its own, with the same members. Before use, define these for the kind of skeleton:
 *
 *	MAP_RESIZE(skel, map, count)			called before the load
 *	PROGRAM_FD(skel, program), MAP_FD(skel, map)	called after the load
 *	int refused(int code, struct error *err)	called with an errno if the load fails
 */
#include <errno.h>

#include "record/argument_table.h"
#include "record/object.h"
#include "util/error.h"

/* Defines load_<variant>(), which has the parameters and results of object_load(). */
#define DEFINE_LOAD(variant)                                                                       \
	static void destroy_##variant(void *skel)                                                  \
	{                                                                                          \
		variant##__destroy(skel);                                                          \
	}                                                                                          \
                                                                                                   \
	static int load_##variant(const struct object_options *options, struct object *ret_object, \
				  struct error *err)                                               \
	{                                                                                          \
		struct variant *skel = variant##__open();                                          \
		int r;                                                                             \
                                                                                                   \
		if (!skel)                                                                         \
			return error_set_errno(err, errno, "prepare the BPF programs");            \
		skel->rodata->mode = options->mode;                                                \
		skel->rodata->mark_new = options->mark_new;                                        \
		skel->rodata->owner_timeout = options->owner_timeout;                              \
		skel->rodata->root_id = options->root_id;                                          \
		skel->rodata->preemptible = options->preemptible;                                  \
		skel->rodata->can_probe = !options->no_probe;                                      \
		skel->rodata->no_task_storage = options->no_task_storage;                          \
		MAP_RESIZE(skel, slots, options->slots);                                           \
		MAP_RESIZE(skel, paths, options->slots);                                           \
		MAP_RESIZE(skel, free_slots, options->slots);                                      \
		MAP_RESIZE(skel, slot_by_cgroup, options->slots);                                  \
		skel->rodata->arrivals_count = options->arrivals;                                  \
		MAP_RESIZE(skel, arrivals, options->arrivals);                                     \
		MAP_RESIZE(skel, free_arrivals, options->arrivals);                                \
		MAP_RESIZE(skel, events, options->event_bytes);                                    \
		MAP_RESIZE(skel, values, argument_values_max(options->slots));                     \
		MAP_RESIZE(skel, slot_values, options->slots);                                     \
		argument_table_fill(skel->rodata->first_argument, skel->rodata->argument_rows);    \
		r = variant##__load(skel);                                                         \
		if (r < 0) {                                                                       \
			variant##__destroy(skel);                                                  \
			return refused(-r, err);                                                   \
		}                                                                                  \
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
				[PROGRAM_SWITCH_TASK] = PROGRAM_FD(skel, switch_task), \
				[PROGRAM_MARK_TASKS] = PROGRAM_FD(skel, mark_tasks), \
			},                                                                      \
			.slots = MAP_FD(skel, slots),                                           \
			.paths = MAP_FD(skel, paths),                                           \
			.free_slots = MAP_FD(skel, free_slots),                                 \
			.slot_by_cgroup = MAP_FD(skel, slot_by_cgroup),                         \
			.arrivals = MAP_FD(skel, arrivals), \
			.free_arrivals = MAP_FD(skel, free_arrivals), \
			.overflow = MAP_FD(skel, overflow), \
			.values = MAP_FD(skel, values), \
			.slot_values = MAP_FD(skel, slot_values), \
			.events = MAP_FD(skel, events),                                         \
			.tasks = MAP_FD(skel, tasks), \
			.data = MAP_FD(skel, bss), \
			.life_data = MAP_FD(skel, data_life), \
			.skeleton = skel,                                                       \
			.destroy_skeleton = destroy_##variant,                                 \
		};  \
		OBJECT_SET_DATA(ret_object, skel->bss, &skel->data_life->life);                    \
		return 0;                                                                          \
	}

#endif
