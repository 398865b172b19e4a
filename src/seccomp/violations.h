/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_VIOLATIONS_H
#define SECCOMP_VIOLATIONS_H

/*
 * What a supervised command does outside of its profile. The filter asks about each such call
 * (SECCOMP_RET_USER_NOTIF), and is told to let it go on: nothing is denied. That serves to
 * learn what a profile lacks; as a barrier it would be none, for other threads could change
 * what pointers point to.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "profile/semantics/semantics.h"

struct error;
struct filter;
struct scmp_arch;

#define PROCESS_NAME_SIZE 16 /* TASK_COMM_LEN */

/* One call that the profile does not let through, as often as it was made. */
struct violation {
	const struct scmp_arch *architecture;
	uint32_t nr;	      /* as in struct seccomp_data */
	struct effect effect; /* that it would have had */
	uint64_t count;
	uint64_t arguments[ARGUMENT_COUNT]; /* of the first */
	pid_t pid;			    /* of the thread that made the first */
	char process[PROCESS_NAME_SIZE];    /* its name, "" where it could not be read */
};

/* Memory of the caller; a zeroed structure is empty and valid. */
struct violations {
	struct violation *items; /* sorted by architecture, number and effect */
	size_t length;
};

/*
 * Answers one question of the listener and takes down what it was about. filter is the one that the
 * profile really makes, and says what would have become of the call. Returns 0, also where the
 * process is gone before it could be answered; -EINTR and other failures to receive.
 */
int violations_receive(struct violations *violations, int listener, const struct filter *filter,
		       struct error *err);

void violations_finish(struct violations *violations);
#define _cleanup_violations_ __attribute__((cleanup(violations_finish)))

#endif
