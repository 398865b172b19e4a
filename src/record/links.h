/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_LINKS_H
#define RECORD_LINKS_H

/* The attachments of the BPF programs to their tracepoints, as BPF links. */
#include <stdbool.h>
#include <stddef.h>

#include "record/object.h"

struct error;
struct pin_set;

struct links {
	const struct object *object; /* borrowed */
	const struct pin_set *pins;  /* borrowed */
	bool tracepoints;	     /* classic ones where a skipped run could hide a call */
	int fds[PROGRAM_COUNT];	     /* -1: not attached */
};

/* pins is borrowed. The links are pinned if it is a set when they are made. */
void links_init(struct links *links, const struct object *object, bool tracepoints,
		const struct pin_set *pins);

/* Opens the links that are pinned. */
int links_take_over(struct links *links, struct error *err);

/* Detaches all programs whose links are not pinned. */
void links_finish(struct links *links);

/* Attach programs, in their order. Those that are attached already stay so. */
int links_attach(struct links *links, const enum object_program *programs, size_t count,
		 struct error *err);

bool links_attached(const struct links *links, enum object_program program);

#endif
