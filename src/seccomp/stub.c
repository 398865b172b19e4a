// SPDX-License-Identifier: Apache-2.0
#include "seccomp/stub.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/model.h"
#include "seccomp/filter.h"
#include "seccomp/scmp_arch.h"
#include "util/cleanup.h"
#include "util/error.h"

#define ANSWER (SECCOMP_RET_ERRNO | ENOSYS)

/*
 * The most instructions for one architecture: two that select it, a load, and a comparison, an
 * answer and a jump for each ABI.
 */
#define INSTRUCTIONS_MAX 9

/* The highest numbers that a profile names for one AUDIT_ARCH_*; 0: none. */
struct highest {
	uint32_t audit;
	uint32_t nr;
	uint32_t x32_nr; /* with x32's bit */
};

struct stub {
	struct sock_filter *instructions;
	size_t length;
};

/* The first version in which the stub also covers the native architecture. */
static const struct version native_since = { { 1, 1, 15 } };

/*
 * True if runc adds a stub. runc compares defaultErrnoRet with SCMP_ACT_ERRNO(ENOSYS), which no
 * profile has, and not with ENOSYS.
 */
static bool has_stub(const struct profile *profile)
{
	const struct optional_errno *number = &profile->default_errno_ret;

	if (number->known && number->value == SCMP_ACT_ERRNO(ENOSYS))
		return false;
	return profile->default_action != ACTION_ALLOW && profile->default_action != ACTION_LOG &&
	       profile->default_action != ACTION_TRACE;
}

/* Returns the highest number of all rules, also of those with the default action's effect. */
static uint32_t highest_number(const struct profile *profile, const struct scmp_arch *architecture)
{
	int highest = 0;
	size_t i, k;

	for (i = 0; i < profile->rule_count; i++)
		for (k = 0; k < profile->rules[i].name_count; k++) {
			int nr = seccomp_syscall_resolve_name_arch(architecture->token,
								   profile->rules[i].names[k]);

			if (nr > highest)
				highest = nr;
		}
	return highest;
}

static void emit(struct stub *stub, struct sock_filter instruction)
{
	stub->instructions[stub->length++] = instruction;
}

/* Emits the jump out of the stub. make_stub() sets its target when the length is known. */
static void emit_leave(struct stub *stub)
{
	emit(stub, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
}

static void emit_comparison(struct stub *stub, uint32_t highest)
{
	if (highest) {
		emit(stub, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, highest, 0, 1));
		emit(stub, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, ANSWER));
	}
	emit_leave(stub);
}

/* x32 has the AUDIT_ARCH_* of x86-64. A bit in its numbers tells it apart. */
static void emit_architecture(struct stub *stub, const struct highest *highest)
{
	size_t start = stub->length;

	emit(stub, (struct sock_filter){}); /* becomes the jump past this architecture */
	emit(stub, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						offsetof(struct seccomp_data, nr)));
	if (highest->audit == scmp_arch_find("SCMP_ARCH_X86_64")->audit) {
		emit(stub, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, X32_SYSCALL_BIT,
							highest->nr ? 3 : 1, 0));
		emit_comparison(stub, highest->nr);
		emit_comparison(stub, highest->x32_nr);
	} else {
		emit_comparison(stub, highest->nr);
	}
	stub->instructions[start] = (struct sock_filter)BPF_JUMP(
		BPF_JMP | BPF_JEQ | BPF_K, highest->audit, 0, stub->length - start - 1);
}

/* Adds the architecture's highest number to the entries, which have room for all. */
static void add_highest(struct highest *entries, size_t *count, const struct profile *profile,
			const struct scmp_arch *architecture)
{
	uint32_t nr = highest_number(profile, architecture);
	size_t i = 0;

	if (!nr)
		return;
	while (i < *count && entries[i].audit != architecture->audit)
		i++;
	if (i == *count)
		entries[(*count)++] = (struct highest){ .audit = architecture->audit };
	if (architecture->base == X32_SYSCALL_BIT)
		entries[i].x32_nr = nr;
	else
		entries[i].nr = nr;
}

static void make_stub(struct stub *stub, const struct highest *entries, size_t count)
{
	size_t i;

	emit(stub, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						offsetof(struct seccomp_data, arch)));
	for (i = 0; i < count; i++)
		emit_architecture(stub, &entries[i]);
	for (i = 0; i < stub->length; i++)
		if (stub->instructions[i].code == (BPF_JMP | BPF_JA))
			stub->instructions[i].k = stub->length - i - 1;
}

/* Fills the entries with the architectures of the stub. */
static int find_highest(const struct profile *profile, const struct scmp_arch *native,
			const struct version *version, struct highest *entries, size_t *count,
			struct error *err)
{
	bool add_native = !version_is_known(version) ||
			  version_compare(version, &native_since) >= 0;
	const struct scmp_arch *architecture;
	size_t i;

	for (i = 0; i < profile->architecture_count; i++) {
		architecture = scmp_arch_find(profile->architectures[i]);
		if (!architecture)
			return error_set(err, EINVAL, "libseccomp has no architecture %s",
					 profile->architectures[i]);
		add_highest(entries, count, profile, architecture);
	}
	if (add_native && !profile_lists(profile, native->name))
		add_highest(entries, count, profile, native);
	return 0;
}

int filter_add_stub(const struct filter *filter, const struct profile *profile,
		    const struct scmp_arch *native, const struct version *version,
		    struct filter *ret_filter, struct error *err)
{
	size_t count = 0, room = profile->architecture_count + 1;
	_cleanup_filter_ struct filter both = { .big_endian = filter->big_endian };
	_cleanup_free_ struct highest *entries = calloc(room, sizeof(*entries));
	struct stub stub = {};
	int r;

	both.instructions =
		calloc(filter->length + room * INSTRUCTIONS_MAX + 1, sizeof(*both.instructions));
	if (!entries || !both.instructions)
		return error_nomem(err);
	r = has_stub(profile) ? find_highest(profile, native, version, entries, &count, err) : 0;
	if (r < 0)
		return r;
	stub.instructions = both.instructions;
	if (count)
		make_stub(&stub, entries, count);
	memcpy(&both.instructions[stub.length], filter->instructions,
	       filter->length * sizeof(*filter->instructions));
	both.length = stub.length + filter->length;
	r = filter_check(&both, err);
	if (r < 0)
		return r;
	*ret_filter = both;
	both = (struct filter){};
	return 0;
}
