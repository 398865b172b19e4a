// SPDX-License-Identifier: Apache-2.0
#include "record/links.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "record/object_pinned.h"
#include "record/pins.h"
#include "record/tracepoint.h"
#include "util/error.h"

/* The programs that differ in the tracepoint variant; the others are tp_btf in both. */
static const char *const tracepoints[PROGRAM_COUNT] = {
	[PROGRAM_ENTER_CALL] = "raw_syscalls/sys_enter",
	[PROGRAM_EXIT_CALL] = "raw_syscalls/sys_exit",
	[PROGRAM_EXEC_TASK] = "sched/sched_process_exec",
	[PROGRAM_EXIT_TASK] = "sched/sched_process_exit",
};

void links_init(struct links *links, const struct object *object, bool with_tracepoints,
		const struct pin_set *pins)
{
	size_t i;

	*links = (struct links){
		.object = object,
		.pins = pins,
		.tracepoints = with_tracepoints,
	};
	for (i = 0; i < PROGRAM_COUNT; i++)
		links->fds[i] = -1;
}

void links_finish(struct links *links)
{
	size_t i;

	for (i = 0; i < PROGRAM_COUNT; i++) {
		if (links->fds[i] >= 0)
			close(links->fds[i]);
		links->fds[i] = -1;
	}
}

static int attach_btf(struct links *links, enum object_program program, struct error *err)
{
	int fd = bpf_raw_tracepoint_open(NULL, links->object->programs[program]);

	if (fd < 0)
		return error_set_errno(err, errno, "attach a BPF program to its tracepoint");
	links->fds[program] = fd;
	return 0;
}

/* The name under which the link of a program is pinned. */
struct link_name {
	char text[64];
};

static struct link_name name_of(enum object_program program)
{
	struct link_name name;

	snprintf(name.text, sizeof(name.text), "link_%s", object_program_name(program));
	return name;
}

static int attach(struct links *links, enum object_program program, struct error *err)
{
	int r;

	if (links->fds[program] >= 0)
		return 0;
	if (!links->tracepoints || !tracepoints[program])
		r = attach_btf(links, program, err);
	else
		r = tracepoint_attach(tracepoints[program], links->object->programs[program],
				      &links->fds[program], err);
	if (r < 0 || !links->pins->name)
		return r;
	return pin_set_add(links->pins, name_of(program).text, links->fds[program], err);
}

int links_take_over(struct links *links, struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < PROGRAM_COUNT; i++) {
		r = pin_set_get(links->pins, name_of(i).text, &links->fds[i], err);
		if (r == -ENOENT) /* not attached */
			error_finish(err);
		else if (r < 0)
			return r;
	}
	return 0;
}

int links_attach(struct links *links, const enum object_program *programs, size_t count,
		 struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < count; i++) {
		r = attach(links, programs[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

bool links_attached(const struct links *links, enum object_program program)
{
	return links->fds[program] >= 0;
}
