/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_ANSWERED_H
#define SELECTION_ANSWERED_H

struct call_set;
struct error;
struct observation;

/*
 * Calls that the kernel did not run, made under a filter that has a listener: who answered
 * them? A filter outranks a listener, so they were denied if the profile that the container was
 * started under refuses them, and answered by a supervisor of the workload's own, which makes
 * them work, if it allows them or there is none. Where it cannot be told, the observation is
 * not complete.
 */
int answered_resolve(struct observation *observation, const struct call_set *answered,
		     struct error *err);

#endif
