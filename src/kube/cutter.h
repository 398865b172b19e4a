/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_CUTTER_H
#define KUBE_CUTTER_H

/*
 * Cuts the objects out of a stream of JSON as it arrives, so that only one of them is in memory at
 * a time: the items of a list, or the events of a watch. It finds their ends only. Who reads an
 * object checks it.
 */
#include <stddef.h>

#include "util/cleanup.h"

struct cutter;
struct error;

enum cutter_kind {
	CUTTER_ITEMS,  /* {"metadata": …, "items": [OBJECT, OBJECT]} */
	CUTTER_EVENTS, /* OBJECT OBJECT */
};

/* object_max limits the bytes of an object. The caller destroys ret_cutter. */
int cutter_create(enum cutter_kind kind, size_t object_max, struct cutter **ret_cutter,
		  struct error *err);
void cutter_destroy(struct cutter *cutter);
DEFINE_CLEANUP(struct cutter *, cutter_destroy);
#define _cleanup_cutter_ _cleanup_(cleanup_cutter_destroy)

/*
 * Continues with the next bytes, until an object is complete. Returns 1 with the object, which is
 * valid until the next call, or 0 if more bytes are needed. bytes and size are moved forward.
 * -EMSGSIZE for a too large object, or a list with too much besides its items; -EPROTO for bytes
 * that are no such stream.
 */
int cutter_next(struct cutter *cutter, const char **bytes, size_t *size, const char **ret_object,
		size_t *ret_object_size, struct error *err);

/*
 * Ends the stream. Returns what is left of a list, with no items in it; "" for events. It is
 * valid until the cutter is destroyed. -EPROTO if the stream ends within an object.
 */
int cutter_end(struct cutter *cutter, const char **ret_rest, size_t *ret_rest_size,
	       struct error *err);

#endif
