/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RUNTIME_CALLS_H
#define RECORDING_RUNTIME_CALLS_H

/*
 * What container runtimes call between loading the filter and execve: runtime-calls.tbl, which
 * says how it was measured, turned into C by tools/gen-runtime-calls.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/tristate.h"

enum runtime_operation {
	RUNTIME_ANY,
	RUNTIME_START,
	RUNTIME_EXEC,
	RUNTIME_HOOK, /* what a start with startContainer hooks calls besides */
	RUNTIME_OPERATIONS,
};

struct runtime_calls {
	const char *runtime;
	const char *version;	    /* NULL: each */
	enum tristate no_new_privs; /* unknown: with and without */
	enum runtime_operation operation;
	const char *const *names; /* sorted, NULL-terminated */
};

struct runtime_choice;

/* True for a row of the runtime, of no_new_privs and of the versions that stand for the choice. */
bool runtime_calls_match(const struct runtime_calls *row, const struct runtime_choice *choice);

extern const struct runtime_calls runtime_calls[];
extern const size_t runtime_calls_count;

#endif
