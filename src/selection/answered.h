/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_ANSWERED_H
#define SELECTION_ANSWERED_H

struct argument_set;
struct call_set;
struct error;
struct observation;

/*
 * Decides who answered the calls that the kernel did not run and that were made under a filter
 * with a listener, and adds them, with their arguments, to the observation. A filter that refuses a call outranks a
 * listener. So a call was denied if the profile that the container was started under refuses
 * it. If the profile allows it, or there is no filter, a supervisor of the workload's own
 * answered, which makes the call work. If neither is certain, the observation is not complete.
 */
int answered_resolve(struct observation *observation, const struct call_set *answered,
		     const struct argument_set *arguments, struct error *err);

#endif
