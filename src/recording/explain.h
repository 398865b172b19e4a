/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_EXPLAIN_H
#define RECORDING_EXPLAIN_H

/*
 * Explains the evidence of a recording for one system call, given by name ("openat") or number
 * ("257", which is searched in every ABI).
 *
 * The caller owns ret_text. ret_found is true if any observation made or attempted the call. If
 * none did, the text explains what that means. The functions return -EINVAL for a text that is
 * neither a number nor the name of a system call on any machine.
 */
#include <stdbool.h>

struct error;
struct recording;

/* Writes sentences for people. Hostile bytes in names are escaped. */
int recording_explain(const struct recording *recording, const char *syscall, char **ret_text,
		      bool *ret_found, struct error *err);

/*
 * Writes a JSON object: "syscall", "found", "observations" (their number), "complete",
 * "evidence" (an array: container, containerId, pod, namespace, node, runtime, nr, name, abi,
 * origin, denied, firstSeen, process, arguments) and "reasons" (why the recording is incomplete).
 */
int recording_explain_json(const struct recording *recording, const char *syscall, char **ret_text,
			   bool *ret_found, struct error *err);

#endif
