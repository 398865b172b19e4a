/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_VIOLATIONS_H
#define SECCOMP_VIOLATIONS_H

/*
 * Records the calls of a supervised command that its profile does not allow. The filter asks
 * about each such call (SECCOMP_RET_USER_NOTIF), and the answer is always to continue it:
 * nothing is denied. That shows what a profile lacks. It is no security barrier, because other
 * threads could change the memory that pointers lead to.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "profile/semantics/semantics.h"

struct error;
struct filter;
struct scmp_arch;

#define PROCESS_NAME_SIZE 16 /* TASK_COMM_LEN */

/* A call that the profile does not let through, with the number of times that it was made. */
struct violation {
	const struct scmp_arch *architecture;
	uint32_t nr;	      /* as in struct seccomp_data */
	struct effect effect; /* that the call would have had */
	uint64_t count;
	uint64_t arguments[ARGUMENT_COUNT]; /* of the first */
	pid_t pid;			    /* of the thread that made the first */
	char process[PROCESS_NAME_SIZE];    /* its name, or "" if it could not be read */
};

/* Memory of the caller; a zeroed structure is empty and valid. */
struct violations {
	struct violation *items; /* sorted by architecture, number and effect */
	size_t length;
};

/*
 * Receives one notification from the listener, adds its call to violations, and lets the call
 * continue. filter is the real filter of the profile, which determines the effect that the call
 * would have had. Returns 0, also if the process is gone or a signal interrupted the wait;
 * otherwise a negative errno.
 */
int violations_receive(struct violations *violations, int listener, const struct filter *filter,
		       struct error *err);

void violations_finish(struct violations *violations);
#define _cleanup_violations_ __attribute__((cleanup(violations_finish)))

#endif
