/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_PROGRAM_BARRIER_H
#define RECORD_PROGRAM_BARRIER_H

struct error;

/* Descriptors of two maps that exist only to be updated; -1 until the first wait. */
struct program_barrier {
	int outer;
	int inner;
};

#define PROGRAM_BARRIER_INIT \
	{                    \
		-1, -1       \
	}

/*
 * Waits until every BPF program that is running now has ended, which takes some 10 ms. This does
 * not wait for programs that can be preempted (struct object_options.preemptible).
 *
 * The kernel promises this to whoever updates a map of maps: maybe_wait_bpf_programs() in
 * kernel/bpf/syscall.c, Linux 4.20, 1ae80cf31938 "bpf: wait for running BPF programs when
 * updating map-in-map". membarrier() would wait too, but not on kernels with nohz_full.
 */
int program_barrier_wait(struct program_barrier *barrier, struct error *err);

void program_barrier_finish(struct program_barrier *barrier);

#endif
