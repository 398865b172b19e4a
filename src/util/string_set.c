// SPDX-License-Identifier: Apache-2.0
#include "util/string_set.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

int string_set_add(char ***strings, size_t *count, const char *text, struct error *err)
{
	_cleanup_free_ char *copy = NULL;
	size_t low = 0, high = *count;
	char **grown;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp((*strings)[middle], text);

		if (order == 0)
			return 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	copy = strdup(text);
	if (!copy)
		return error_nomem(err);
	grown = array_grow(*strings, *count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	memmove(grown + low + 1, grown + low, (*count - low) * sizeof(*grown));
	grown[low] = steal_pointer(&copy);
	*strings = grown;
	++*count;
	return 0;
}

void string_set_free(char **strings, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}
