// SPDX-License-Identifier: Apache-2.0
#include "util/backoff.h"

#include <sys/random.h>
#include <time.h>

#include "util/clock.h"

/* Enough for 2^14 nodes: beyond that, more than a few share the first interval. */
#define INTERVALS 14

int64_t backoff_random(int64_t limit)
{
	uint32_t random;

	/* Without randomness, as early in boot, the time differs enough between machines. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = clock_ns(CLOCK_MONOTONIC);
	return limit > 0 ? random % limit : 0;
}

int64_t backoff_among_many_ms(int64_t max_ms)
{
	uint32_t random = backoff_random(UINT32_MAX);
	int interval = INTERVALS - 1;

	/* Each interval has half as many as the one after it. */
	for (; interval > 0 && random & 1; random >>= 1)
		interval--;
	return (interval * max_ms + backoff_random(max_ms)) / INTERVALS;
}

int64_t backoff_ms(int64_t min_ms, int64_t max_ms, unsigned int failures)
{
	int64_t delay = min_ms;
	unsigned int i;

	for (i = 0; i < failures && delay < max_ms; i++)
		delay *= 2;
	if (delay > max_ms)
		delay = max_ms;
	return delay / 2 + backoff_random(delay / 2 + 1);
}
