// SPDX-License-Identifier: Apache-2.0
#include "util/array.h"

#include <stdint.h>
#include <stdlib.h>

void *array_grow(void *array, size_t length, size_t element_size)
{
	/* Full only when the length is 0 or a power of two. */
	if (length & (length - 1))
		return array;
	if (length > SIZE_MAX / 2 / element_size)
		return NULL;
	return realloc(array, (length ? length * 2 : 1) * element_size);
}
