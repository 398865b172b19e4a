/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DERIVE_H
#define PROFILE_DERIVE_H

#include <stdbool.h>

#include "profile/recording/recording.h"

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
 * for start (create and start, run) and exec. -ENOENT when the table knows no such runtime.
 * A version between two measured ones takes the union of the two; one newer or older than
 * all takes the nearest.
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
 * exit_group; sigreturn for 32-bit) and what the vDSO falls back to, for each ABI that
 * was seen.
 */
int observation_add_implied_calls(struct observation *observation, struct error *err);

/*
 * The minimal profile of all observations of a recording: default action ERRNO/EPERM, the
 * architectures that were seen, ALLOW for the calls, ENOSYS for unseen members of fallback
 * families. Calls without a name that libseccomp could know are left out of the profile and
 * returned in ret_unnamed (may be NULL; the caller finishes it).
 */
int recording_derive_profile(const struct recording *recording, struct profile **ret_profile,
			     struct call_set *ret_unnamed, struct error *err);

#endif
