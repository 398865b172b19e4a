// SPDX-License-Identifier: Apache-2.0
#include "record/object_pinned.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "record/pins.h"
#include "recorder.skel.h"
#include "tracepoint.skel.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

static const char *const programs[PROGRAM_COUNT] = {
	[PROGRAM_ENTER_CALL] = "enter_call",   [PROGRAM_EXIT_CALL] = "exit_call",
	[PROGRAM_MAKE_CGROUP] = "make_cgroup", [PROGRAM_REMOVE_CGROUP] = "remove_cgroup",
	[PROGRAM_ATTACH_TASK] = "attach_task", [PROGRAM_FORK_TASK] = "fork_task",
	[PROGRAM_EXEC_TASK] = "exec_task",     [PROGRAM_EXIT_TASK] = "exit_task",
	[PROGRAM_SWITCH_TASK] = "switch_task", [PROGRAM_MARK_TASKS] = "mark_tasks",
};

/* The descriptors of maps in struct object, by the names under which they are pinned. */
static const struct {
	const char *name;
	size_t offset;
} maps[] = {
	{ "slots", offsetof(struct object, slots) },
	{ "paths", offsetof(struct object, paths) },
	{ "free_slots", offsetof(struct object, free_slots) },
	{ "slot_by_cgroup", offsetof(struct object, slot_by_cgroup) },
	{ "arrivals", offsetof(struct object, arrivals) },
	{ "free_arrivals", offsetof(struct object, free_arrivals) },
	{ "overflow", offsetof(struct object, overflow) },
	{ "values", offsetof(struct object, values) },
	{ "slot_values", offsetof(struct object, slot_values) },
	{ "events", offsetof(struct object, events) },
	{ "tasks", offsetof(struct object, tasks) },
	{ "data", offsetof(struct object, data) },
	{ "life", offsetof(struct object, life_data) },
};

static int *map_fd(struct object *object, size_t i)
{
	return (int *)((char *)object + maps[i].offset);
}

const char *object_program_name(enum object_program program)
{
	return programs[program];
}

int object_pin(const struct object *object, const struct pin_set *set, struct error *err)
{
	struct object copy = *object;
	size_t i;
	int r = 0;

	for (i = 0; i < array_size(maps) && r == 0; i++)
		r = pin_set_add(set, maps[i].name, *map_fd(&copy, i), err);
	for (i = 0; i < PROGRAM_COUNT && r == 0; i++)
		r = pin_set_add(set, programs[i], object->programs[i], err);
	return r;
}

/* Global data in memory: one page-aligned value. */
struct mapped {
	void *memory;
	size_t size;
};

/* What a pinned object holds beside struct object. */
struct pinned {
	int fds[PROGRAM_COUNT + array_size(maps)];
	struct mapped data;
	struct mapped life;
};

static void destroy(void *skeleton)
{
	struct pinned *pinned = skeleton;
	size_t i;

	if (pinned->data.memory)
		munmap(pinned->data.memory, pinned->data.size);
	if (pinned->life.memory)
		munmap(pinned->life.memory, pinned->life.size);
	for (i = 0; i < array_size(pinned->fds); i++)
		if (pinned->fds[i] >= 0)
			close(pinned->fds[i]);
	free(pinned);
}

static int open_programs(const struct pin_set *set, bool all, struct pinned *pinned,
			 struct object *object, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < PROGRAM_COUNT && r == 0; i++) {
		r = pin_set_get(set, programs[i], &pinned->fds[i], err);
		if (r == -ENOENT && !all) {
			error_finish(err);
			r = 0;
		}
		object->programs[i] = pinned->fds[i];
	}
	return r;
}

static int map_data(int fd, size_t size, struct mapped *ret_mapped, struct error *err)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct mapped mapped = { .size = (size + page - 1) / page * page };

	mapped.memory = mmap(NULL, mapped.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mapped.memory == MAP_FAILED)
		return error_set_errno(err, errno, "map the data of the BPF programs into memory");
	*ret_mapped = mapped;
	return 0;
}

static int open_maps(const struct pin_set *set, struct pinned *pinned, struct object *object,
		     struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < array_size(maps) && r == 0; i++) {
		r = pin_set_get(set, maps[i].name, &pinned->fds[PROGRAM_COUNT + i], err);
		*map_fd(object, i) = pinned->fds[PROGRAM_COUNT + i];
	}
	return r < 0 ? r :
		       map_data(object->life_data, sizeof(struct recorder_life), &pinned->life,
				err);
}

/* Opens everything but the data whose place depends on the build. */
static int open_all(const struct pin_set *set, bool all_programs, struct pinned **ret_pinned,
		    struct object *ret_object, struct error *err)
{
	struct pinned *pinned = calloc(1, sizeof(*pinned));
	size_t i;
	int r;

	if (!pinned)
		return error_nomem(err);
	for (i = 0; i < array_size(pinned->fds); i++)
		pinned->fds[i] = -1;
	*ret_object = (struct object){ .skeleton = pinned, .destroy_skeleton = destroy };
	r = open_programs(set, all_programs, pinned, ret_object, err);
	if (r == 0)
		r = open_maps(set, pinned, ret_object, err);
	if (r < 0) {
		object_finish(ret_object);
		return r;
	}
	ret_object->life = pinned->life.memory;
	*ret_pinned = pinned;
	return 0;
}

int object_open_former(const struct pin_set *set, struct object *ret_object, struct error *err)
{
	struct pinned *pinned;

	return open_all(set, false, &pinned, ret_object, err);
}

int object_open_pinned(const struct pin_set *set, bool tracepoints, struct object *ret_object,
		       struct error *err)
{
	size_t size = tracepoints ? sizeof(struct tracepoint_full__bss) :
				    sizeof(struct recorder_full__bss);
	struct object object;
	struct pinned *pinned;
	int r = open_all(set, true, &pinned, &object, err);

	if (r < 0)
		return r;
	r = map_data(object.data, size, &pinned->data, err);
	if (r < 0) {
		object_finish(&object);
		return r;
	}
	if (tracepoints)
		OBJECT_SET_DATA(&object, (struct tracepoint_full__bss *)pinned->data.memory,
				object.life);
	else
		OBJECT_SET_DATA(&object, (struct recorder_full__bss *)pinned->data.memory,
				object.life);
	*ret_object = object;
	return 0;
}
