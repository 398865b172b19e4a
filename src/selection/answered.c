// SPDX-License-Identifier: Apache-2.0
#include "selection/answered.h"

#include "profile/semantics/coverage.h"
#include "profile/semantics/semantics.h"
#include "profile/model/profile.h"
#include "recording/applied_profile.h"
#include "recording/observation.h"
#include "util/cleanup.h"
#include "util/error.h"

/* Returns the profile's coverage of a call; COVERAGE_SOME if it cannot be known. */
static enum coverage ask_profile(const struct observation *observation,
				 const struct profile *profile, const struct call *call)
{
	const char *arch = abi_scmp_arch(observation->machine, call->abi);
	_cleanup_semantics_ struct semantics *semantics = NULL;

	if (!profile || !arch || semantics_create(profile, arch, &semantics, NULL) < 0)
		return COVERAGE_SOME;
	return semantics_coverage(semantics,
				  syscall_name(observation->machine, call->abi, call->nr));
}

/* Adds a call with its arguments. */
static int add(struct observation *observation, bool denied, const struct call *call,
	       const struct argument_set *arguments, struct error *err)
{
	int r = call_set_add(denied ? &observation->denied : &observation->calls, call, err);

	return r < 0 ? r :
		       argument_set_merge_call(denied ? &observation->denied_arguments :
							&observation->arguments,
					       arguments, call, observation->machine, err);
}

static int resolve(struct observation *observation, const struct profile *profile,
		   const struct call *call, const struct argument_set *arguments, struct error *err)
{
	enum coverage coverage = observation->seccomp == SECCOMP_MODE_FILTERED ?
					 ask_profile(observation, profile, call) :
					 COVERAGE_ALL;
	char name[SYSCALL_NAME_SIZE];
	int r = add(observation, coverage != COVERAGE_ALL, call, arguments, err);

	if (r < 0 || coverage != COVERAGE_SOME)
		return r;
	return observation_add_reason(
		observation, err,
		"%s was answered by the container's filter or by a supervisor of its own, "
		"and which of them cannot be told",
		syscall_name_or_number(observation->machine, call->abi, call->nr, name));
}

int answered_resolve(struct observation *observation, const struct call_set *answered,
		     const struct argument_set *arguments, struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	size_t i;
	int r = 0;

	if (answered->length && observation->applied_profile &&
	    applied_profile_parse(observation->applied_profile, &profile, err) < 0)
		error_finish(err);
	for (i = 0; i < answered->length && r == 0; i++)
		r = resolve(observation, profile, &answered->items[i], arguments, err);
	return r;
}
