// SPDX-License-Identifier: Apache-2.0
#include "util/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

int notes_add(struct notes *notes, struct error *err, const char *format, ...)
{
	char **items = array_grow(notes->items, notes->count, sizeof(*items));
	va_list args;
	int length;

	if (!items)
		return error_nomem(err);
	notes->items = items;
	va_start(args, format);
	length = vasprintf(&items[notes->count], format, args);
	va_end(args);
	if (length < 0)
		return error_nomem(err);
	notes->count++;
	return 0;
}

void notes_finish(struct notes *notes)
{
	string_set_free(notes->items, notes->count);
	*notes = (struct notes){};
}
