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

/* Returns a random number below limit, for such delays: not for secrets. */
int64_t backoff_random(int64_t limit);

#endif
