/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_FILTER_H
#define SECCOMP_FILTER_H

/*
 * A seccomp filter: the program in classic BPF that the kernel runs before every system call of
 * a process. Its packet is struct seccomp_data (linux/seccomp.h).
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

struct filter {
	struct sock_filter *instructions; /* owned, in this machine's byte order */
	size_t length;
	bool big_endian; /* byte order of the machine that the filter is for */
};

/* Frees the instructions; a zeroed structure is empty and valid. */
void filter_finish(struct filter *filter);
#define _cleanup_filter_ __attribute__((cleanup(filter_finish)))

/*
 * Refuses a filter that the kernel would not load (seccomp_check_filter() in kernel/seccomp.c
 * and bpf_check_classic() in net/core/filter.c): instructions that seccomp does not have, jumps
 * out of the program, and reads outside struct seccomp_data or of a scratch word that was never
 * written. -EINVAL, with a message that names the instruction. A filter that passes terminates
 * on any data.
 */
int filter_check(const struct filter *filter, struct error *err);

/* A record of one run of a filter. */
struct filter_trace {
	size_t steps;	      /* instructions that were run */
	bool reads_arguments; /* false: the run is the same for any arguments */
};

/*
 * Runs a filter that passed filter_check(). Returns the SECCOMP_RET_* value on which the kernel
 * would act. ret_trace may be NULL.
 */
uint32_t filter_run(const struct filter *filter, const struct seccomp_data *data,
		    struct filter_trace *ret_trace);

/* Returns the most instructions that the filter can run for one call. */
size_t filter_longest_path(const struct filter *filter);

/*
 * Copies a filter. In the copy, each answer that keeps a call from being made becomes
 * SECCOMP_RET_USER_NOTIF, which asks another process. Calls that are allowed, with or without a
 * log line, stay allowed. The caller finishes ret_notify.
 */
int filter_notify_instead(const struct filter *filter, struct filter *ret_notify,
			  struct error *err);

#endif
