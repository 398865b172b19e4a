/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_TASK_H
#define BPF_TASK_H

#include "vmlinux.h"

#include "shared.h"

/* Properties of a task, read through BTF pointers only: no helpers, no probe reads. */

enum {
	ABI_NATIVE,
	ABI_COMPAT,
	ABI_X32,
};

#define SECCOMP_MODE_FILTER 2 /* include/uapi/linux/seccomp.h */
#define NR_NONE ((__u32)-1)   /* no call number, as when rt_sigreturn returns */

#if defined(__TARGET_ARCH_x86)
#define TS_COMPAT 0x0002	/* arch/x86/include/asm/thread_info.h */
#define X32_NR_FLAG 0x40000000U /* __X32_SYSCALL_BIT, arch/x86/include/uapi/asm/unistd.h */
#define X32_NR_MASK (X32_NR_FLAG - 1)

/* Also true for x32 calls, which only a bit in their number marks. */
static __always_inline bool task_is_native(struct task_struct *task)
{
	return !(task->thread_info.status & TS_COMPAT);
}

static __always_inline __u32 task_abi(struct task_struct *task, __u32 *nr)
{
	if (!task_is_native(task))
		return ABI_COMPAT;
	/* With an even higher bit set, the number is invalid, and not of an x32 call. */
	if ((*nr & ~X32_NR_MASK) == X32_NR_FLAG) {
		*nr &= X32_NR_MASK;
		return ABI_X32;
	}
	return ABI_NATIVE;
}

static __always_inline __u32 regs_syscall(struct pt_regs *regs)
{
	return regs->orig_ax;
}

/*
 * True if a tracer takes over all calls: SYSCALL_WORK_BIT_SYSCALL_EMU,
 * include/linux/thread_info.h.
 */
static __always_inline bool task_is_emulated(struct task_struct *task)
{
	return task->thread_info.syscall_work & (1UL << 3);
}

/* True for rt_sigreturn and sigreturn, by the tables named at is_exec(). */
static __always_inline bool is_sigreturn(__u32 abi, __u32 nr)
{
	switch (abi) {
	case ABI_COMPAT:
		return nr == 119 || nr == 173;
	case ABI_X32:
		return nr == 513;
	default:
		return nr == 15;
	}
}

/* True for execve and execveat, by arch/x86/entry/syscalls/syscall_{64,32}.tbl. */
static __always_inline bool is_exec(__u32 abi, __u32 nr)
{
	switch (abi) {
	case ABI_COMPAT:
		return nr == 11 || nr == 358;
	case ABI_X32:
		return nr == 520 || nr == 545;
	default:
		return nr == 59 || nr == 322;
	}
}
#elif defined(__TARGET_ARCH_arm64)
#define TIF_32BIT 22 /* arch/arm64/include/asm/thread_info.h */

static __always_inline bool task_is_native(struct task_struct *task)
{
	return !(task->thread_info.flags & (1UL << TIF_32BIT));
}

static __always_inline __u32 task_abi(struct task_struct *task, __u32 *nr)
{
	return task_is_native(task) ? ABI_NATIVE : ABI_COMPAT;
}

static __always_inline __u32 regs_syscall(struct pt_regs *regs)
{
	return regs->syscallno;
}

/*
 * True if a tracer takes over all calls: TIF_SYSCALL_EMU, arch/arm64/include/asm/thread_info.h.
 */
static __always_inline bool task_is_emulated(struct task_struct *task)
{
	return task->thread_info.flags & (1UL << 12);
}

/* True for rt_sigreturn and sigreturn, by the tables named at is_exec(). */
static __always_inline bool is_sigreturn(__u32 abi, __u32 nr)
{
	return abi == ABI_COMPAT ? nr == 119 || nr == 173 : nr == 139;
}

/*
 * True for execve and execveat, by include/uapi/asm-generic/unistd.h,
 * arch/arm/tools/syscall.tbl.
 */
static __always_inline bool is_exec(__u32 abi, __u32 nr)
{
	return abi == ABI_COMPAT ? nr == 11 || nr == 387 : nr == 221 || nr == 281;
}
#else
#error "tell which ABIs this machine has"
#endif

/*
 * Also true for a task that its filter is killing. Since Linux 5.17 (495ac3069a66) such a task
 * has a mode of its own, SECCOMP_MODE_DEAD, which is 3. Older kernels do not change its mode.
 */
static __always_inline bool task_is_filtered(struct task_struct *task)
{
	return task->seccomp.mode >= SECCOMP_MODE_FILTER;
}

#define PFA_NO_NEW_PRIVS 0 /* include/linux/sched.h */

static __always_inline bool task_no_new_privs(struct task_struct *task)
{
	return task->atomic_flags & (1UL << PFA_NO_NEW_PRIVS);
}

static __always_inline __u32 task_mount_ns(struct task_struct *task)
{
	return task->nsproxy->mnt_ns->ns.inum;
}

/* Returns the inode of a task's program. For a kernel thread, its fields read as 0. */
static __always_inline struct inode *task_program(struct task_struct *task)
{
	return task->mm->exe_file->f_inode;
}

/*
 * True if both tasks run the same program. This compares the sizes in bytes, because runc
 * executes sealed copies of itself, which are different files.
 */
static __always_inline bool task_is_copy(struct task_struct *task, struct task_struct *other)
{
	long long size = task_program(task)->i_size;

	return size && size == task_program(other)->i_size;
}

#define SIGNAL_UNKILLABLE 0x40 /* include/linux/sched/signal.h */

/* True for the first process of a pid namespace. */
static __always_inline bool task_is_init(struct task_struct *task)
{
	return task->signal->flags & SIGNAL_UNKILLABLE;
}

/* Returns the number of filters that a task runs under. */
static __always_inline __u32 task_filters(struct task_struct *task)
{
	return task->seccomp.filter_count.counter;
}

#endif
