/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_TRACEPOINT_H
#define RECORD_TRACEPOINT_H

/*
 * Classic tracepoints. A program on one runs with preemption off on every kernel
 * (include/trace/perf.h), and they cost more than tp_btf: a perf event, an id from tracefs, a
 * copy of the arguments.
 */
#include <stdbool.h>

struct error;

/*
 * Whether this kernel preempts the tp_btf programs of system calls, and so skips runs of them
 * (Linux 7.2). Told by a function that the same change brought, trace_call_bpf_faultable(), being
 * named in the kernel's BTF; without BTF the answer is no.
 */
bool tracepoint_btf_is_preempted(void);

/*
 * Whether this process may use them: tracefs is mounted, and neither lockdown nor anything
 * forbids it.
 */
bool tracepoint_usable(void);

/*
 * Attaches a program to "category/name" until *ret_fd is closed. tracefs has to be mounted where it
 * usually is. It is not mounted for the purpose: taking its last mount away crashed Linux 7.3.4
 * under lockdown (list corruption in tracefs_destroy_inode).
 */
int tracepoint_attach(const char *event, int program, int *ret_fd, struct error *err);

#endif
