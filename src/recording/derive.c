// SPDX-License-Identifier: Apache-2.0
#include "recording/derive.h"

#include <errno.h>

#include "profile/model/model.h"
#include "syscalls/fallbacks.h"
#include "util/error.h"

/*
 * The first x32 number. libseccomp treats all numbers from here on, except -1, as those of
 * another architecture. So an x86-64 filter that does not list x32 kills for them, even if the
 * kernel has neither x32 nor such a call.
 */
#define X32_NUMBERS 0x40000000u

bool call_needs_x32(enum machine machine, const struct call *call)
{
	return machine == MACHINE_X86_64 &&
	       (call->abi == ABI_X32 ||
		(call->abi == ABI_NATIVE && call->nr >= X32_NUMBERS && call->nr != UINT32_MAX));
}

const char *recording_x32_reason(const struct profile *profile, const struct call *unnamed)
{
	return profile_lists(profile, abi_scmp_arch(MACHINE_X86_64, ABI_X32)) &&
			       call_needs_x32(MACHINE_X86_64, unnamed) ?
		       "; SCMP_ARCH_X32 is listed, because the filter would kill the "
		       "caller otherwise" :
		       "";
}

/*
 * A rule of an OCI profile names calls for all architectures of the profile at once. So the
 * names of all ABIs and machines form one set, and the profile lists every architecture under
 * which a call was made.
 */
static int add_observation(struct profile *profile, struct rule *allowed,
			   const struct observation *observation, struct call_set *unnamed,
			   struct error *err)
{
	enum machine machine = observation->machine;
	size_t i;
	int r;

	for (i = 0; i < observation->calls.length; i++) {
		const struct call *call = &observation->calls.items[i];
		const char *name = syscall_name(machine, call->abi, call->nr);

		r = profile_add_architecture(profile, abi_scmp_arch(machine, call->abi), err);
		if (r == 0 && call_needs_x32(machine, call))
			r = profile_add_architecture(profile, abi_scmp_arch(machine, ABI_X32), err);
		if (r < 0)
			return r;
		if (name)
			r = rule_add_name(allowed, name, err);
		else
			r = call_set_add(unnamed, call, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* True if an architecture of the profile has the call; the others ignore its name. */
static bool profile_has_syscall(const struct profile *profile, const char *name)
{
	int machine, abi;

	for (machine = 0; machine < MACHINE_COUNT; machine++) {
		for (abi = 0; abi < ABI_COUNT; abi++) {
			const char *arch = abi_scmp_arch(machine, abi);

			if (arch && syscall_number(machine, abi, name) >= 0 &&
			    profile_lists(profile, arch))
				return true;
		}
	}
	return false;
}

/* Answers unseen new calls with ENOSYS, so that programs that try them first fall back. */
static int add_fallbacks(struct profile *profile, struct error *err)
{
	struct rule *absent;
	size_t i;
	int r;

	r = profile_add_rule(profile, ACTION_ERRNO, &absent, err);
	if (r < 0)
		return r;
	absent->errno_ret = (struct optional_errno){ true, ENOSYS };
	for (i = 0; i < fallback_count; i++) {
		const char *name = fallbacks[i].name;

		if (rule_has_name(&profile->rules[0], name) || !profile_has_syscall(profile, name))
			continue;
		r = rule_add_name(absent, name, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int recording_derive_profile(const struct recording *recording, struct profile **ret_profile,
			     struct call_set *ret_unnamed, struct error *err)
{
	_cleanup_profile_ struct profile *profile = profile_create(ACTION_ERRNO);
	_cleanup_(call_set_finish) struct call_set unnamed = {};
	struct rule *allowed;
	size_t i;
	int r;

	if (!profile)
		return error_nomem(err);
	r = profile_add_rule(profile, ACTION_ALLOW, &allowed, err);
	if (r < 0)
		return r;
	for (i = 0; i < recording->observation_count; i++) {
		r = add_observation(profile, allowed, &recording->observations[i], &unnamed, err);
		if (r < 0)
			return r;
	}
	r = add_fallbacks(profile, err);
	if (r < 0)
		return r;
	profile_drop_empty_rules(profile);
	*ret_profile = steal_pointer(&profile);
	if (ret_unnamed) {
		*ret_unnamed = unnamed;
		unnamed = (struct call_set){};
	}
	return 0;
}
