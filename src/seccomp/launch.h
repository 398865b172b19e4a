/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_LAUNCH_H
#define SECCOMP_LAUNCH_H

/* A command under a filter and with no_new_privs, as a container's program is started. */
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
	const struct passwd *user;   /* who runs it; NULL: the caller */
	const struct filter *filter; /* for this machine */
	uint32_t flags;		     /* SECCOMP_FILTER_FLAG_* */
	const sigset_t *signals;     /* that are blocked in the command */
	bool supervised;	     /* the filter notifies the caller, who answers */
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
 * Starts the command and returns when it is under the filter, or a little earlier where nobody
 * supervises it. A supervised command dies with its supervisor: what is asked of none fails with
 * ENOSYS. The caller finishes the launch, also after an error.
 */
int launch_start(struct launch *launch, const struct launch_options *options, struct error *err);

/* Takes the status of a command that has ended, which is then .reaped; does not wait. */
void launch_reap(struct launch *launch);

/* Whether a reaped command never ran, and why. */
int launch_failure(const struct launch *launch, const struct launch_options *options,
		   struct error *err);

/* Kills the command if it has not been reaped. */
void launch_finish(struct launch *launch);
#define _cleanup_launch_ __attribute__((cleanup(launch_finish)))

/*
 * The flags of a profile for seccomp(2). Those about other threads and about a listener say
 * nothing of a command that is just starting: they are passed over, as runtimes do. -EINVAL for
 * unknown ones.
 */
int launch_flags(const struct profile *profile, uint32_t *ret_flags, struct error *err);

#endif
