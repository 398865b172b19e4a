// SPDX-License-Identifier: Apache-2.0
#include "record/program_barrier.h"

#include <errno.h>
#include <linux/types.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "util/error.h"

static int create_maps(struct program_barrier *barrier, struct error *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	int r;

	if (barrier->outer >= 0)
		return 0;
	barrier->inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "barrier_inner", sizeof(__u32),
					sizeof(__u32), 1, NULL);
	if (barrier->inner < 0)
		return error_set_errno(err, errno, "create a BPF map");
	options.inner_map_fd = barrier->inner;
	barrier->outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "barrier_outer", sizeof(__u32),
					sizeof(__u32), 1, &options);
	if (barrier->outer < 0) {
		r = error_set_errno(err, errno, "create a BPF map of maps");
		program_barrier_finish(barrier);
		return r;
	}
	return 0;
}

int program_barrier_wait(struct program_barrier *barrier, struct error *err)
{
	static const __u32 key;
	int r = create_maps(barrier, err);

	if (r < 0)
		return r;
	if (bpf_map_update_elem(barrier->outer, &key, &barrier->inner, BPF_ANY) < 0)
		return error_set_errno(err, errno, "wait for running BPF programs");
	return 0;
}

void program_barrier_finish(struct program_barrier *barrier)
{
	if (barrier->outer >= 0)
		close(barrier->outer);
	if (barrier->inner >= 0)
		close(barrier->inner);
	*barrier = (struct program_barrier)PROGRAM_BARRIER_INIT;
}
