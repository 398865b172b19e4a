/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_DERIVE_H
#define RECORDING_DERIVE_H

#include <stdbool.h>

#include "recording/recording.h"

struct error;
struct profile;

/* The runtime whose own calls are added (--runtime-calls, --no-new-privs). */
struct runtime_choice {
	const char *name;	    /* "runc", "crun"; NULL adds none */
	const char *version;	    /* NULL: the union of all versions in the table */
	enum tristate no_new_privs; /* unknown: the union of both sets */
};

/*
 * Adds, with origin runtime, the calls that the runtime makes between loading the filter and
 * execve: for start (create and start, or run), for exec and, if start_hook is set, to launch
 * hooks. A version between two measured ones gets the union of the two; one newer or older than
 * all gets the nearest. Returns -ENOENT if the table does not have the runtime.
 */
int observation_add_runtime_calls(struct observation *observation,
				  const struct runtime_choice *choice, struct error *err);

/*
 * Returns the newest measured version of a runtime if the given version is of a later series
 * (1.6 after 1.5.2) and may make more calls. Returns NULL otherwise.
 */
const char *runtime_calls_outdated(const char *runtime, const char *version);

/*
 * Adds, with origin implied, the calls that the kernel causes (rt_sigreturn, restart_syscall,
 * exit, exit_group; sigreturn for 32-bit) and those that the vDSO falls back to. They are added
 * for each ABI of which a call with a name was seen.
 */
int observation_add_implied_calls(struct observation *observation, struct error *err);

/*
 * True for a call that kills the process if the profile does not list x32, and is at worst
 * refused if it does: the calls of x32, and numbers without a call from 2^30 on.
 */
bool call_needs_x32(enum machine machine, const struct call *call);

/* Returns a clause that says why a profile lists x32 for a call without a name, or "". */
const char *recording_x32_reason(const struct profile *profile, const struct call *unnamed);

/*
 * Derives the minimal profile of all observations of a recording: default action ERRNO/EPERM,
 * the architectures that were seen, ALLOW for the calls, ENOSYS for unseen members of fallback
 * families. libseccomp needs names: calls without one are left out of the profile and returned
 * in ret_unnamed (may be NULL; the caller finishes it). x32 is listed if one of them would
 * otherwise kill the process.
 */
int recording_derive_profile(const struct recording *recording, struct profile **ret_profile,
			     struct call_set *ret_unnamed, struct error *err);

#endif
