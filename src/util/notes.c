// SPDX-License-Identifier: Apache-2.0
#include "profile/syntax/losses.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

int losses_add(struct losses *losses, struct error *err, const char *format, ...)
{
	char **items = array_grow(losses->items, losses->count, sizeof(*items));
	va_list args;
	int length;

	if (!items)
		return error_nomem(err);
	losses->items = items;
	va_start(args, format);
	length = vasprintf(&items[losses->count], format, args);
	va_end(args);
	if (length < 0)
		return error_nomem(err);
	losses->count++;
	return 0;
}

void losses_finish(struct losses *losses)
{
	string_set_free(losses->items, losses->count);
}
