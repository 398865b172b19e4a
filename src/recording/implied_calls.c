// SPDX-License-Identifier: Apache-2.0
#include "recording/derive.h"

#include "util/array.h"
#include "util/error.h"

/*
 * Calls that happen although the program does not ask for them. The first three return from a
 * signal handler and restart a call that a signal or a debugger interrupted. Every process ends
 * with one of the next two, perhaps after the end of the recording. The vDSO falls back to the
 * others if the clock source cannot be read from user space; the clock source can change while
 * the machine runs, and differs between the nodes of a cluster. An ABI gets those that it has.
 */
static const char *const implied_names[] = {
	"rt_sigreturn",	   "sigreturn",	   "restart_syscall",	  "exit",
	"exit_group",	   "clock_getres", "clock_getres_time64", "clock_gettime",
	"clock_gettime64", "getcpu",	   "gettimeofday",	  "time",
};

int observation_add_implied_calls(struct observation *observation, struct error *err)
{
	bool seen[ABI_COUNT] = { false };
	struct call call = { .origin = ORIGIN_IMPLIED };
	size_t i;
	int abi, nr, r;

	/* A number without a call is no evidence of an ABI: a program may have made it up. */
	for (i = 0; i < observation->calls.length; i++) {
		const struct call *made = &observation->calls.items[i];

		if (syscall_name(observation->machine, made->abi, made->nr))
			seen[made->abi] = true;
	}
	for (abi = 0; abi < ABI_COUNT; abi++) {
		for (i = 0; seen[abi] && i < array_size(implied_names); i++) {
			nr = syscall_number(observation->machine, abi, implied_names[i]);
			if (nr < 0)
				continue;
			call.abi = abi;
			call.nr = nr;
			r = call_set_add(&observation->calls, &call, err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}
