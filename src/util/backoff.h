/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_BACKOFF_H
#define UTIL_BACKOFF_H

#include <stdint.h>

/*
 * Returns how long to wait after so many failures in a row, 0 for the first: min_ms, doubled with
 * each failure, max_ms at most. Half of it is random, so that a thousand nodes do not come back
 * together.
 */
int64_t backoff_ms(int64_t min_ms, int64_t max_ms, unsigned int failures);

/*
 * Returns how long one of many should wait before it says what any of them may say, so that the others
 * hear it in time and say nothing: below max_ms. Few get a short time, whatever their number: of a
 * thousand, one or two speak in the first interval that has any, and such an interval is max_ms / 14.
 * Somebody alone waits longer than max_ms / 2, mostly.
 */
int64_t backoff_among_many_ms(int64_t max_ms);

/* Returns a random number below limit, for such delays: not for secrets. */
int64_t backoff_random(int64_t limit);

#endif
