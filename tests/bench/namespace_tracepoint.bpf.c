// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A usual design: the mount-namespace hash, on the classic tracepoint. */
#include "mount_namespace.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* /sys/kernel/tracing/events/raw_syscalls/sys_enter/format */
struct sys_enter_fields {
	__u64 common;
	long id;
	unsigned long args[6];
};

SEC("tracepoint/raw_syscalls/sys_enter")
int enter_call(struct sys_enter_fields *fields)
{
	see(fields->id);
	return 0;
}
