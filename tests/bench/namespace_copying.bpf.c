// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Another usual design: the mount-namespace hash on the raw tracepoint, with the name of the
 * process and the registers copied at every call.
 */
#include "mount_namespace.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define PERCPU_ARRAY 6 /* BPF_MAP_TYPE_PERCPU_ARRAY, include/uapi/linux/bpf.h */
#define REGISTERS 21   /* words of struct pt_regs on x86-64 */

struct context {
	char comm[16];
	__u64 pid_tgid;
	__u64 registers[REGISTERS];
};

struct {
	__uint(type, PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct context);
} contexts SEC(".maps");

SEC("raw_tracepoint/sys_enter")
int enter_call(const __u64 *arguments)
{
	__u32 zero = 0;
	struct context *context = bpf_map_lookup_elem(&contexts, &zero);

	if (!context)
		return 0;
	context->pid_tgid = bpf_get_current_pid_tgid();
	bpf_get_current_comm(context->comm, sizeof(context->comm));
	bpf_probe_read_kernel(context->registers, sizeof(context->registers),
			      (const void *)arguments[0]);
	see(arguments[1]);
	return 0;
}
