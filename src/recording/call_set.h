/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_CALL_SET_H
#define RECORDING_CALL_SET_H

/* The system calls of an observation: number, first time, first process and origin. */
#include <stddef.h>
#include <stdint.h>

#include "syscalls/syscalls.h"

struct error;

enum origin {
	ORIGIN_OBSERVED, /* the workload made it */
	ORIGIN_RUNTIME,	 /* the runtime makes it between loading the filter and execve */
	ORIGIN_IMPLIED,	 /* the kernel or the vDSO can cause it (rt_sigreturn, …) */
	ORIGIN_COUNT,
};

const char *origin_name(enum origin origin);
int origin_from_name(const char *name); /* negative when unknown */

#define CALL_PROCESS_SIZE 16 /* TASK_COMM_LEN */

/* One system call of an observation. An agent has thousands: they are kept small. */
struct call {
	uint32_t nr; /* without x32's bit 30 */
	enum abi abi : 8;
	enum origin origin : 8;
	int64_t first_seen;
	char process[CALL_PROCESS_SIZE]; /* comm of the first that made it; "" if unknown */
};

/* Calls sorted by ABI and number, each at most once. */
struct call_set {
	struct call *items;
	size_t length;
};

/* Returns the call, or NULL. It is owned by the set, and valid until the set changes. */
const struct call *call_set_find(const struct call_set *set, enum abi abi, uint32_t nr);

/*
 * Adds a call, or merges it with the same call in the set. The earlier first_seen wins, with
 * its process; a known time wins over an unknown one. Of two origins, the one listed first in
 * enum origin wins. This makes the union commutative, associative and idempotent.
 */
int call_set_add(struct call_set *set, const struct call *call, struct error *err);
int call_set_merge(struct call_set *set, const struct call_set *other, struct error *err);
void call_set_finish(struct call_set *set);

#endif
