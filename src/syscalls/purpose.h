/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_PURPOSE_H
#define SYSCALLS_PURPOSE_H

/*
 * The purpose and the risk of each system call, for reports to people. tools/gen-purposes makes
 * the tables from src/syscalls/purpose.tbl and risk.tbl. Everything returned is constant.
 */
#include <stddef.h>

/* In ascending order. */
enum risk_level {
	RISK_LOW,      /* needed by nearly everything, or of little use to an attacker by itself */
	RISK_ELEVATED, /* helps to break out, or exposes much of the kernel */
	RISK_HIGH,     /* breaks out of containers, or has a history of doing so */
	RISK_LEVEL_COUNT,
};

/* "low", "elevated", "high". */
const char *risk_level_name(enum risk_level level);

/* A group of calls, such as "network". */
struct syscall_group {
	const char *key;   /* for machines: [a-z_-]+ */
	const char *title; /* for people: "Network" */
};

/* In the order of reports. The first is for unknown names. */
extern const struct syscall_group syscall_groups[];
extern const size_t syscall_group_count;

struct syscall_purpose {
	const char *name;
	const struct syscall_group *group; /* an element of syscall_groups */
	const char *clause;		   /* "opens or creates a file" */
	enum risk_level risk;
	const char *reason; /* a clause about the risk; NULL when it is low */
};

/*
 * The row of a name, never NULL. An unknown name (a call newer than this program, or a mistyped
 * one) gets a special row with the name "", a clause that says so, and elevated risk.
 */
const struct syscall_purpose *syscall_purpose(const char *name);

/* All rows, sorted by name. */
extern const struct syscall_purpose syscall_purposes[];
extern const size_t syscall_purpose_count;

#endif
