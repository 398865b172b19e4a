// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "util/str.h"

/* Longer words are not compared: no name here is half as long. */
#define WORD_MAX 40

/* The restricted edit distance: no letter is edited twice. */
size_t str_distance(const char *a, const char *b)
{
	size_t row[3][WORD_MAX + 1];
	size_t a_length = strlen(a), b_length = strlen(b), i, j;

	if (a_length > WORD_MAX || b_length > WORD_MAX)
		return SIZE_MAX;
	for (j = 0; j <= b_length; j++)
		row[0][j] = j;
	for (i = 1; i <= a_length; i++) {
		size_t *now = row[i % 3], *before = row[(i + 2) % 3];

		now[0] = i;
		for (j = 1; j <= b_length; j++) {
			size_t best = before[j - 1] + (a[i - 1] != b[j - 1]);

			if (before[j] + 1 < best)
				best = before[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    row[(i + 1) % 3][j - 2] + 1 < best)
				best = row[(i + 1) % 3][j - 2] + 1;
			now[j] = best;
		}
	}
	return row[a_length % 3][b_length];
}

const char *str_nearest(const char *typed, const char *const *candidates, size_t count)
{
	size_t length = strlen(typed), best = (length + 1) / 3, i;
	const char *nearest = NULL;

	if (length < 2 || length > WORD_MAX)
		return NULL;
	for (i = 0; i < count; i++) {
		size_t distance = str_distance(typed, candidates[i]);

		if (distance <= best && (!nearest || distance < best)) {
			best = distance;
			nearest = candidates[i];
		}
	}
	return nearest;
}
