/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_LAUNCH_H
#define SECCOMP_LAUNCH_H

/* Runs a command under a filter and with no_new_privs, like a container's program. */
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "seccomp/filter.h"

struct error;
struct launch_page;
struct profile;

struct launch_options {
	char *const *command;	     /* ends with NULL; looked for in PATH */
	const struct passwd *user;   /* user to run it as; NULL: the caller's */
	const struct filter *filter; /* for this machine */
	uint32_t flags;		     /* SECCOMP_FILTER_FLAG_* */
	const sigset_t *signals;     /* blocked in the command */
	bool supervised;	     /* the filter notifies the caller, which answers */
};

struct launch {
	pid_t pid;
	int pidfd;    /* readable when the command has ended */
	int listener; /* for seccomp_notify_receive(); -1 when not supervised */
	bool reaped;
	int status; /* as waitpid(2) has it, when reaped */
	struct launch_page *page;
};

/*
 * Starts the command. Returns when it is under the filter, or possibly a little earlier if it
 * is not supervised. A supervised command is killed when its supervisor ends: without one, each
 * call that the filter asks about would fail with ENOSYS. The caller finishes the launch, also
 * after an error.
 */
int launch_start(struct launch *launch, const struct launch_options *options, struct error *err);

/* Takes the status of a command that has ended and sets .reaped. Does not wait. */
void launch_reap(struct launch *launch);

/* Returns 0 if a reaped command ran, otherwise a negative errno with the reason in err. */
int launch_failure(const struct launch *launch, const struct launch_options *options,
		   struct error *err);

/* Kills the command if it has not been reaped. */
void launch_finish(struct launch *launch);
#define _cleanup_launch_ __attribute__((cleanup(launch_finish)))

/*
 * Converts the flags of a profile to those of seccomp(2). Flags about other threads and about a
 * listener mean nothing for a command that is just starting; they are ignored, as runtimes do.
 * -EINVAL for unknown flags.
 */
int launch_flags(const struct profile *profile, uint32_t *ret_flags, struct error *err);

#endif
