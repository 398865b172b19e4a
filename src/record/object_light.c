// SPDX-License-Identifier: Apache-2.0
#include "record/object_skeleton.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Neither the generated code nor the header that it needs is free of these warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#include "recorder.lskel.h"
#include "tracepoint.lskel.h"
#pragma GCC diagnostic pop

#define MAP_RESIZE(skel, name, count) ((skel)->maps.name.max_entries = (count))
#define PROGRAM_FD(skel, name) ((skel)->progs.name.prog_fd)
#define MAP_FD(skel, name) ((skel)->maps.name.map_fd)

static int refused(int code, struct error *err)
{
	return error_set_errno(err, code, "run the BPF loader program");
}

DEFINE_LOAD(recorder_light)
DEFINE_LOAD(tracepoint_light)

int object_load_light(const struct object_options *options, struct object *ret_object,
		      struct error *err)
{
	return options->tracepoints ? load_tracepoint_light(options, ret_object, err) :
				      load_recorder_light(options, ret_object, err);
}
