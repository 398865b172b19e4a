// SPDX-License-Identifier: Apache-2.0
#include "syscalls/purpose.h"

#include <stdlib.h>
#include <string.h>

static const char *const level_names[RISK_LEVEL_COUNT] = {
	[RISK_LOW] = "low",
	[RISK_ELEVATED] = "elevated",
	[RISK_HIGH] = "high",
};

const char *risk_level_name(enum risk_level level)
{
	return level_names[level];
}

static int compare_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct syscall_purpose *)row)->name);
}

const struct syscall_purpose *syscall_purpose(const char *name)
{
	static const struct syscall_purpose unknown = {
		.name = "",
		.group = &syscall_groups[0],
		.clause = "is not known to this version of recorder",
		.risk = RISK_ELEVATED,
		.reason = "may be kernel code newer than this version of recorder",
	};
	const struct syscall_purpose *row =
		bsearch(name, syscall_purposes, syscall_purpose_count, sizeof(*row), compare_name);

	return row ? row : &unknown;
}
