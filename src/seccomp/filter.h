/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_FILTER_H
#define SECCOMP_FILTER_H

/*
 * A seccomp filter: the program in classic BPF that the kernel runs before every system call of a
 * process, with struct seccomp_data (linux/seccomp.h) for a packet.
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
	bool big_endian; /* the machine that it is for */
};

/* Frees what the filter has; a zeroed structure is empty and valid. */
void filter_finish(struct filter *filter);
#define _cleanup_filter_ __attribute__((cleanup(filter_finish)))

/*
 * Refuses what the kernel refuses to load (seccomp_check_filter() in kernel/seccomp.c and
 * bpf_check_classic() in net/core/filter.c): other instructions than seccomp's, jumps out of the
 * program, reads beyond struct seccomp_data or of a scratch word that was never written. -EINVAL,
 * naming the instruction. A filter that passes ends, whatever it is run on.
 */
int filter_check(const struct filter *filter, struct error *err);

/* What a run of a filter went through. */
struct filter_trace {
	size_t steps;	      /* instructions */
	bool reads_arguments; /* otherwise it takes the same way whatever the arguments are */
};

/*
 * Runs a filter that filter_check() has passed: the SECCOMP_RET_* value that the kernel would act
 * on. ret_trace may be NULL.
 */
uint32_t filter_run(const struct filter *filter, const struct seccomp_data *data,
		    struct filter_trace *ret_trace);

/* How many instructions of the filter can be run for one call at most. */
size_t filter_longest_path(const struct filter *filter);

/*
 * A copy in which each answer that keeps a call from being made is replaced by
 * SECCOMP_RET_USER_NOTIF, so that another process is asked. What is allowed, with or without a
 * log line, stays so.
 */
int filter_notify_instead(const struct filter *filter, struct filter *ret_notify,
			  struct error *err);

#endif
