// SPDX-License-Identifier: Apache-2.0
#include "record/object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"

/* Generated code and the header that it needs, neither of which is held to our warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#include "recorder.lskel.h"
#include "unpreempted.lskel.h"
#pragma GCC diagnostic pop

#define PROGRAM_FD(skel, name) (skel)->progs.name.prog_fd
#define MAP_FD(skel, name) (skel)->maps.name.map_fd

/* The two variants have types of their own, and the same members. */
#define DEFINE_LOAD(variant)                                                                   \
	static void destroy_##variant(void *skeleton)                                          \
	{                                                                                      \
		variant##__destroy(skeleton);                                                  \
	}                                                                                      \
                                                                                               \
	static int load_##variant(const struct object_knobs *knobs, struct object *ret_object, \
				  struct error *err)                                           \
	{                                                                                      \
		struct variant *skel = variant##__open();                                      \
		int r;                                                                         \
                                                                                               \
		if (!skel)                                                                     \
			return error_set_errno(err, errno, "prepare the BPF loader program");  \
		skel->rodata->mode = knobs->mode;                                              \
		skel->rodata->mark_new = knobs->mark_new;                                      \
		skel->rodata->can_probe = !knobs->no_probe;                                    \
		skel->maps.slots.max_entries = knobs->slots;                                   \
		skel->maps.paths.max_entries = knobs->slots;                                   \
		skel->maps.free_slots.max_entries = knobs->slots;                              \
		skel->maps.slot_by_cgroup.max_entries = knobs->slots;                          \
		r = variant##__load(skel);                                                     \
		if (r < 0) {                                                                   \
			variant##__destroy(skel);                                              \
			return error_set_errno(err, -r, "run the BPF loader program");         \
		}                                                                              \
		*ret_object = (struct object)OBJECT_FROM_SKELETON(skel, PROGRAM_FD, MAP_FD,    \
								  destroy_##variant);          \
		return 0;                                                                      \
	}

DEFINE_LOAD(recorder_light)
DEFINE_LOAD(unpreempted_light)

int object_load_light(const struct object_knobs *knobs, struct object *ret_object,
		      struct error *err)
{
	return knobs->unpreempted ? load_unpreempted_light(knobs, ret_object, err) :
				    load_recorder_light(knobs, ret_object, err);
}
