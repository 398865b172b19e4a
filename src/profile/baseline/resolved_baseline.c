// SPDX-License-Identifier: Apache-2.0
#include "profile/baseline/resolved_baseline.h"

#include <string.h>

#include "profile/baseline/capability_effects.h"
#include "profile/format/conditional_profile.h"
#include "profile/model/profile.h"
#include "profile/semantics/semantics.h"
#include "util/error.h"

void resolved_baseline_finish(struct resolved_baseline *resolved)
{
	capability_effects_destroy(resolved->effects);
	semantics_destroy(resolved->semantics);
	profile_destroy(resolved->owned);
	free(resolved->scmp_arch);
	*resolved = (struct resolved_baseline){};
}

int resolved_baseline_init_profile(struct resolved_baseline *ret_resolved,
				   const struct profile *profile, const char *scmp_arch,
				   struct error *err)
{
	_cleanup_free_ char *copy = strdup(scmp_arch);
	struct semantics *semantics;
	int r = copy ? semantics_create(profile, scmp_arch, &semantics, err) : error_nomem(err);

	if (r == 0)
		*ret_resolved = (struct resolved_baseline){
			.scmp_arch = steal_pointer(&copy),
			.profile = profile,
			.semantics = semantics,
		};
	return r;
}

int resolved_baseline_init(struct resolved_baseline *ret_resolved,
			   const struct conditional_profile *conditional,
			   const struct container_context *context, const char *scmp_arch,
			   struct error *err)
{
	_cleanup_resolved_baseline_ struct resolved_baseline resolved = {};
	_cleanup_profile_ struct profile *profile = NULL;
	int r = conditional_profile_resolve(conditional, context, &profile, err);

	if (r == 0)
		r = resolved_baseline_init_profile(&resolved, profile, scmp_arch, err);
	if (r == 0)
		r = capability_effects_create(conditional, context, scmp_arch, &resolved.effects,
					      err);
	if (r < 0)
		return r;
	resolved.owned = steal_pointer(&profile);
	*ret_resolved = resolved;
	resolved = (struct resolved_baseline){};
	return 0;
}
