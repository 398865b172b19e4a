/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_IDLE_H
#define AGENT_IDLE_H

/* Finds out whether what was recorded did nothing: the profile of an idle pod is too narrow. */
#include <stdint.h>

struct error;
struct recording;

/*
 * Decides about what was recorded up to now, in nanoseconds since the epoch. It is idle if its
 * workloads ran for a minute altogether, and no container made a call that was new for its name later
 * than 10 seconds after the first of that name started: programs start in that time, and then wait.
 * Only calls count that workloads were seen to make. A start that is not known says nothing.
 *
 * Sets ret_message to what a person should know, which the caller frees, or to NULL if it is not idle.
 * -ENOMEM is the only error.
 */
int idle_check(const struct recording *recording, int64_t now, char **ret_message,
	       struct error *err);

#endif
