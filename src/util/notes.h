/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_NOTES_H
#define UTIL_NOTES_H

#include <stddef.h>

#include "util/cleanup.h"

struct error;

/*
 * Messages for people, such as "the defaultErrnoRet 38", which names what a conversion left
 * out.
 */
struct notes {
	char **items;
	size_t count;
};

int notes_add(struct notes *notes, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void notes_finish(struct notes *notes);
#define _cleanup_notes_ _cleanup_(notes_finish)

#endif
