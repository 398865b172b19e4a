/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BENCH_MOUNT_NAMESPACE_H
#define BENCH_MOUNT_NAMESPACE_H

/*
 * The usual way to tell containers apart: a hash of mount namespaces, with one byte per call
 * number.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define NUMBERS 512

struct numbers {
	__u8 seen[NUMBERS];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct numbers);
} namespaces SEC(".maps");

static const struct numbers nothing;

static __always_inline void see(long id)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u32 inode = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	struct numbers *numbers = bpf_map_lookup_elem(&namespaces, &inode);

	if (!numbers) {
		bpf_map_update_elem(&namespaces, &inode, &nothing, 0);
		numbers = bpf_map_lookup_elem(&namespaces, &inode);
	}
	if (numbers && id >= 0 && id < NUMBERS)
		numbers->seen[id] = 1;
}

#endif
