// SPDX-License-Identifier: Apache-2.0
#include "profile/baseline/capability_effects.h"

#include <stdlib.h>

#include "profile/format/conditional_profile.h"
#include "profile/semantics/coverage.h"
#include "profile/semantics/semantics.h"
#include "util/error.h"

/* The profile of a container with only one capability. */
struct capability_case {
	const char *capability; /* NULL: no capability */
	struct profile *profile;
	struct semantics *semantics;
};

struct capability_effects {
	size_t count;
	struct capability_case cases[]; /* the first is the one without a capability */
};

static int resolve_case(const struct conditional_profile *conditional,
			const struct container_context *context, const char *scmp_arch,
			struct capability_case *one, struct error *err)
{
	struct container_context with_one = *context;
	int r;

	with_one.capabilities = &one->capability;
	with_one.capability_count = one->capability ? 1 : 0;
	r = conditional_profile_resolve(conditional, &with_one, &one->profile, err);
	return r < 0 ? r : semantics_create(one->profile, scmp_arch, &one->semantics, err);
}

int capability_effects_create(const struct conditional_profile *conditional,
			      const struct container_context *context, const char *scmp_arch,
			      struct capability_effects **ret_effects, struct error *err)
{
	_cleanup_capability_effects_ struct capability_effects *effects = NULL;
	const char *const *capabilities;
	size_t count, i;
	int r = 0;

	capabilities = conditional_profile_capabilities(conditional, &count);
	effects = calloc(1, sizeof(*effects) + (count + 1) * sizeof(effects->cases[0]));
	if (!effects)
		return error_nomem(err);
	effects->count = count + 1;
	for (i = 0; i < effects->count && r == 0; i++) {
		effects->cases[i].capability = i ? capabilities[i - 1] : NULL;
		r = resolve_case(conditional, context, scmp_arch, &effects->cases[i], err);
	}
	if (r < 0)
		return r;
	*ret_effects = steal_pointer(&effects);
	return 0;
}

void capability_effects_destroy(struct capability_effects *effects)
{
	size_t i;

	if (!effects)
		return;
	for (i = 0; i < effects->count; i++) {
		semantics_destroy(effects->cases[i].semantics);
		profile_destroy(effects->cases[i].profile);
	}
	free(effects);
}

const char *capability_effects_next(const struct capability_effects *effects, const char *name,
				    size_t *position)
{
	enum coverage without = semantics_coverage(effects->cases[0].semantics, name);

	while (*position + 1 < effects->count) {
		const struct capability_case *one = &effects->cases[++*position];

		if (semantics_coverage(one->semantics, name) > without)
			return one->capability;
	}
	return NULL;
}

int capability_effects_list(const struct capability_effects *effects, const char *name,
			    const char ***ret_capabilities, struct error *err)
{
	_cleanup_free_ const char **capabilities = NULL;
	const char *capability, **grown;
	size_t position = 0, length = 0;

	while ((capability = capability_effects_next(effects, name, &position))) {
		/* One more than needed, for the NULL at the end. */
		grown = realloc(capabilities, (length + 2) * sizeof(*capabilities));
		if (!grown)
			return error_nomem(err);
		capabilities = grown;
		capabilities[length++] = capability;
		capabilities[length] = NULL;
	}
	*ret_capabilities = steal_pointer(&capabilities);
	return 0;
}

void capabilities_print(FILE *out, const char *const *capabilities)
{
	for (; *capabilities; capabilities++)
		fprintf(out, "%s%s", *capabilities, capabilities[1] ? " or " : "");
}
