/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_DERIVE_H
#define RECORDING_DERIVE_H

#include <stdbool.h>

#include "recording/recording.h"

struct error;
struct profile;

/* Which runtime's own calls are added (--runtime-calls, --no-new-privs). */
struct runtime_choice {
	const char *name;	    /* "runc", "crun"; NULL adds none */
	const char *version;	    /* NULL: every version of the table, in union */
	enum tristate no_new_privs; /* unknown: both sets, in union */
};

/*
 * Adds with origin runtime what the runtime makes between loading the filter and execve,
 * for start (create and start, run) and exec, and to launch hooks if start_hook is set. -ENOENT
 * when the table knows no such runtime. A version between two measured ones takes the union of the
 * two; one newer or older than all takes the nearest.
 */
int observation_add_runtime_calls(struct observation *observation,
				  const struct runtime_choice *choice, struct error *err);

/*
 * The newest version of a runtime whose calls were measured, where the given one is of a later
 * series (1.6 after 1.5.2) and may call more; NULL otherwise.
 */
const char *runtime_calls_outdated(const char *runtime, const char *version);

/*
 * Adds with origin implied what the kernel makes happen (rt_sigreturn, restart_syscall, exit,
 * exit_group; sigreturn for 32-bit) and what the vDSO falls back to, for each ABI of which
 * a call was seen that has a name.
 */
int observation_add_implied_calls(struct observation *observation, struct error *err);

/*
 * True for a call that is only refused where the profile lists x32, and kills the process
 * elsewhere: those of x32, and numbers of no call from 2^30 on.
 */
bool call_needs_x32(enum machine machine, const struct call *call);

/* A clause on why a derived profile lists x32 for a call without a name, or "". */
const char *recording_x32_reason(const struct profile *profile, const struct call *unnamed);

/*
 * The minimal profile of all observations of a recording: default action ERRNO/EPERM, the
 * architectures that were seen, ALLOW for the calls, ENOSYS for unseen members of fallback
 * families. Calls without a name that libseccomp could know are left out of the profile and
 * returned in ret_unnamed (may be NULL; the caller finishes it); x32 is listed where one of them
 * would kill otherwise.
 */
int recording_derive_profile(const struct recording *recording, struct profile **ret_profile,
			     struct call_set *ret_unnamed, struct error *err);

#endif
