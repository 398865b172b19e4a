// SPDX-License-Identifier: Apache-2.0
#include "util/string_set.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

/* Finds the index of the text, or else of the place where it belongs. */
static bool find(char *const *strings, size_t count, const char *text, size_t *ret_index)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(strings[middle], text);

		if (order == 0) {
			*ret_index = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_index = low;
	return false;
}

bool string_set_has(char *const *strings, size_t count, const char *text)
{
	size_t index;

	return find(strings, count, text, &index);
}

void string_set_remove(char **strings, size_t *count, const char *text)
{
	size_t index;

	if (!find(strings, *count, text, &index))
		return;
	free(strings[index]);
	--*count;
	memmove(strings + index, strings + index + 1, (*count - index) * sizeof(*strings));
}

int string_set_add(char ***strings, size_t *count, const char *text, struct error *err)
{
	_cleanup_free_ char *copy = NULL;
	size_t index;
	char **grown;

	if (find(*strings, *count, text, &index))
		return 0;
	copy = strdup(text);
	if (!copy)
		return error_nomem(err);
	grown = array_grow(*strings, *count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	memmove(grown + index + 1, grown + index, (*count - index) * sizeof(*grown));
	grown[index] = steal_pointer(&copy);
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
