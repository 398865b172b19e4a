/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_TRACEPOINT_H
#define RECORD_TRACEPOINT_H

/*
 * Classic tracepoints. Their programs run with preemption off on every kernel
 * (include/trace/perf.h). They cost more than tp_btf: a perf event, an id from tracefs, a copy
 * of the arguments.
 */
#include <stdbool.h>

struct error;

/*
 * True if this kernel preempts the tp_btf programs of system calls, and so skips runs of them
 * (Linux 7.2). It is recognised by a function in its BTF that the same kernel change added,
 * trace_call_bpf_faultable(). False without BTF.
 */
bool tracepoint_btf_is_preempted(void);

/*
 * True if this process may use classic tracepoints: tracefs is mounted, and neither lockdown
 * nor anything else forbids them.
 */
bool tracepoint_usable(void);

/*
 * Attaches a program to the tracepoint "category/name" until the caller closes ret_fd. tracefs
 * must be mounted at one of its usual places. This function does not mount it, because removing
 * its last mount crashed Linux 7.3.4 under lockdown (list corruption in tracefs_destroy_inode).
 */
int tracepoint_attach(const char *event, int program, int *ret_fd, struct error *err);

#endif
