/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_EXPLAIN_H
#define RECORDING_EXPLAIN_H

/*
 * The evidence that a recording has for one system call, given by name ("openat") or number
 * ("257", which is looked for in every ABI).
 *
 * ret_text is owned by the caller. ret_found says whether any observation made or attempted the
 * call; when none did, the text says what that means. -EINVAL for what is neither a number
 * nor the name of a system call on any machine.
 */
#include <stdbool.h>

struct error;
struct recording;

/* Sentences for a person; any byte of hostile names is escaped. */
int recording_explain(const struct recording *recording, const char *syscall, char **ret_text,
		      bool *ret_found, struct error *err);

/*
 * An object: "syscall", "found", "observations" (how many there are), "complete", "evidence" (an
 * array: container, containerId, pod, namespace, node, runtime, nr, name, abi, origin, denied,
 * firstSeen, process) and "reasons" (why the recording is not complete).
 */
int recording_explain_json(const struct recording *recording, const char *syscall, char **ret_text,
			   bool *ret_found, struct error *err);

#endif
