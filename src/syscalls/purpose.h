/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_PURPOSE_H
#define SYSCALLS_PURPOSE_H

/*
 * What a system call is for and what is risky about it, for reports to people. The facts are in
 * src/syscalls/purpose.tbl and risk.tbl; tools/gen-purposes makes them C. Everything returned is
 * constant.
 */
#include <stddef.h>

/* In ascending order. */
enum risk_level {
	RISK_LOW,      /* needed by nearly everything, or of little use to an attacker by itself */
	RISK_ELEVATED, /* helps to break out, or opens much of the kernel */
	RISK_HIGH,     /* breaks out of containers, or has a history of doing so */
	RISK_LEVEL_COUNT,
};

/* "low", "elevated", "high". */
const char *risk_level_name(enum risk_level level);

/* A kind of calls, such as "network". */
struct syscall_group {
	const char *key;   /* for machines: [a-z_-]+ */
	const char *title; /* for people: "Network" */
};

/* In the order in which reports show them. The first is for names that are not known. */
extern const struct syscall_group syscall_groups[];
extern const size_t syscall_group_count;

struct syscall_purpose {
	const char *name;
	const struct syscall_group *group; /* an element of syscall_groups */
	const char *clause;		   /* "opens or creates a file" */
	enum risk_level risk;
	const char *reason; /* for the risk, a clause; NULL when it is low */
};

/*
 * The row of a name, never NULL. A name that is not known (a call newer than this program, or a
 * mistyped one) gets a row of its own that says so, of elevated risk and with the name "".
 */
const struct syscall_purpose *syscall_purpose(const char *name);

/* All rows, sorted by name. */
extern const struct syscall_purpose syscall_purposes[];
extern const size_t syscall_purpose_count;

#endif
