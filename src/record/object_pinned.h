/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_OBJECT_PINNED_H
#define RECORD_OBJECT_PINNED_H

#include "record/object.h"

struct error;
struct pin_set;

/* Pins the maps and programs. */
int object_pin(const struct object *object, const struct pin_set *set, struct error *err);

/* Opens the maps and programs that object_pin() pinned. The caller calls object_finish(). */
int object_open_pinned(const struct pin_set *set, bool tracepoints, struct object *ret_object,
		       struct error *err);

/*
 * The same for another build with the same layout. Its programs may be others, so some descriptors
 * may be -1, and "life" is the only pointer to global data.
 */
int object_open_former(const struct pin_set *set, struct object *ret_object, struct error *err);

/* The name under which a program is pinned; its link is pinned as "link_…". */
const char *object_program_name(enum object_program program);

#endif
