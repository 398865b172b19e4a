// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/semantics/semantics.h"
#include "seccomp/boundary.h"
#include "seccomp/lint.h"
#include "seccomp/scmp_arch.h"
#include "util/array.h"
#include "util/error.h"

/*
 * Arguments that are int or unsigned int in the kernel (SYSCALL_DEFINE in its sources, as of
 * Linux 6.18), or of which it takes the lower half (clone: lower_32_bits() in kernel/fork.c), for calls on whose arguments profiles have conditions. The kernel ignores the
 * upper half of the register. But a filter compares it, and the caller chooses it. Sorted by
 * name.
 */
static const struct {
	const char *name;
	unsigned int arguments; /* bit i: argument i */
} int_arguments[] = {
	{ "arch_prctl", 1 << 0 },
	{ "bpf", 1 << 0 | 1 << 2 },
	{ "clone", 1 << 0 },
	{ "epoll_ctl", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "fcntl", 1 << 0 | 1 << 1 },
	{ "futex", 1 << 1 | 1 << 2 | 1 << 5 },
	{ "getsockopt", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "io_uring_register", 1 << 0 | 1 << 1 | 1 << 3 },
	{ "io_uring_setup", 1 << 0 },
	{ "ioctl", 1 << 0 | 1 << 1 },
	{ "ioprio_set", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "kcmp", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "keyctl", 1 << 0 },
	{ "kill", 1 << 0 | 1 << 1 },
	{ "lseek", 1 << 0 | 1 << 2 },
	{ "madvise", 1 << 2 },
	{ "memfd_create", 1 << 1 },
	{ "msgctl", 1 << 0 | 1 << 1 },
	{ "open", 1 << 1 },
	{ "open_by_handle_at", 1 << 0 | 1 << 2 },
	{ "openat", 1 << 0 | 1 << 2 },
	{ "personality", 1 << 0 },
	{ "pidfd_send_signal", 1 << 0 | 1 << 1 | 1 << 3 },
	{ "prctl", 1 << 0 },
	{ "prlimit64", 1 << 0 | 1 << 1 },
	{ "quotactl", 1 << 0 | 1 << 2 },
	{ "quotactl_fd", 1 << 0 | 1 << 1 },
	{ "reboot", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "sched_setscheduler", 1 << 0 | 1 << 1 },
	{ "seccomp", 1 << 0 | 1 << 1 },
	{ "semctl", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "setns", 1 << 0 | 1 << 1 },
	{ "setpriority", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "setsockopt", 1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 },
	{ "shmctl", 1 << 0 | 1 << 1 },
	{ "socket", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "socketpair", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "tgkill", 1 << 0 | 1 << 1 | 1 << 2 },
	{ "tkill", 1 << 0 | 1 << 1 },
	{ "umount2", 1 << 1 },
	{ "userfaultfd", 1 << 0 },
	{ "waitid", 1 << 0 | 1 << 1 | 1 << 3 },
};

#define UPPER (UINT64_C(1) << 32)

static unsigned int ints_of(const char *name)
{
	size_t i;

	for (i = 0; i < array_size(int_arguments); i++)
		if (strcmp(int_arguments[i].name, name) == 0)
			return int_arguments[i].arguments;
	return 0;
}

/* Reports comparisons with a value that no int has. The kernel never uses such a value. */
static int lint_values(const char *name, unsigned int ints, const struct verdict *verdict,
		       const struct scmp_arch *architecture, struct findings *findings,
		       struct error *err)
{
	size_t i, j;
	int r = 0;

	for (i = 0; i < verdict->rule_count; i++) {
		const struct argument_rule *rule = &verdict->rules[i];

		for (j = 0; r == 0 && j < rule->condition_count; j++) {
			const struct condition *condition = &rule->conditions[j];
			uint64_t value = condition->comparison == COMPARE_MASKED_EQ ?
						 condition->value_two :
						 condition->value;

			if ((ints & (1u << condition->index)) && value > UINT32_MAX)
				r = findings_add(findings,
						 &(struct finding_of){ SEVERITY_WARNING,
								       "int-argument", name,
								       architecture->name },
						 err,
						 "%s compares argument %" PRIu32 " with 0x%" PRIx64
						 ", which does not fit into its 32 bits: it is an "
						 "int",
						 name, condition->index, value);
		}
	}
	return r;
}

/* Finds an argument whose upper half, ignored by the kernel, makes a refused call allowed. */
static bool find_evasion(const struct semantics *semantics, size_t position, unsigned int ints,
			 const struct boundary *boundary, unsigned int *ret_argument)
{
	uint64_t arguments[ARGUMENT_COUNT];
	unsigned int argument;
	size_t point;

	for (point = 0; point < boundary->points; point++) {
		boundary_point(boundary, point, arguments);
		for (argument = 0; argument < ARGUMENT_COUNT; argument++) {
			uint64_t value = arguments[argument];
			enum permission plain, evading;

			if (!(ints & (1u << argument)) || value > UINT32_MAX)
				continue;
			plain = effect_permission(
				semantics_evaluate(semantics, position, arguments));
			arguments[argument] |= UPPER;
			evading = effect_permission(
				semantics_evaluate(semantics, position, arguments));
			arguments[argument] = value;
			if (plain == PERMISSION_REFUSED && evading == PERMISSION_GRANTED) {
				*ret_argument = argument;
				return true;
			}
		}
	}
	return false;
}

static int lint_call(const struct semantics *semantics, size_t position,
		     const struct scmp_arch *architecture, enum severity evasion,
		     struct findings *findings, struct error *err)
{
	const char *name = semantics_call_name(semantics, position);
	struct verdict verdict = semantics_verdict(semantics, position);
	_cleanup_boundary_ struct boundary boundary = {};
	unsigned int argument, ints;
	int r;

	ints = verdict.rule_count ? ints_of(name) : 0;
	if (!ints)
		return 0;
	r = lint_values(name, ints, &verdict, architecture, findings, err);
	if (r == 0)
		r = boundary_init(&boundary, &verdict, false, err);
	if (r < 0 || !find_evasion(semantics, position, ints, &boundary, &argument))
		return r;
	return findings_add(
		findings, &(struct finding_of){ evasion, "int-argument", name, architecture->name },
		err,
		"%s compares 64 bits of argument %u, which is an int: use "
		"SCMP_CMP_MASKED_EQ with the mask 0xffffffff",
		name, argument);
}

int lint_arguments(const struct semantics *semantics, const struct scmp_arch *architecture,
		   enum severity evasion, struct findings *findings, struct error *err)
{
	size_t position;
	int r = 0;

	for (position = 0;
	     r == 0 && architecture->wide && position < semantics_call_count(semantics); position++)
		r = lint_call(semantics, position, architecture, evasion, findings, err);
	return r;
}
