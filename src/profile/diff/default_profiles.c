// SPDX-License-Identifier: Apache-2.0
#include "profile/diff/default_profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/baseline/baseline.h"
#include "profile/baseline/capability_effects.h"
#include "profile/format/template.h"
#include "profile/meaning/allowance.h"
#include "profile/model/architecture.h"
#include "util/array.h"
#include "util/error.h"

/* Sets of capabilities are few; of more, the tables are resolved anew. */
#define RESOLVED_MAX 64

struct resolved {
	char *key; /* architecture and capabilities */
	struct profile *profile;
	struct meaning *meaning;
};

/* What the capabilities do on one architecture; of those there are few. */
struct effects {
	char *scmp_arch;
	struct capability_effects *by_capability;
};

struct default_profiles {
	struct template *template;
	char *label;
	struct resolved *resolved;
	size_t resolved_count;
	struct effects *effects;
	size_t effects_count;
};

static void forget_resolved(struct default_profiles *defaults)
{
	size_t i;

	for (i = 0; i < defaults->resolved_count; i++) {
		free(defaults->resolved[i].key);
		meaning_destroy(defaults->resolved[i].meaning);
		profile_destroy(defaults->resolved[i].profile);
	}
	free(defaults->resolved);
	defaults->resolved = NULL;
	defaults->resolved_count = 0;
}

static void forget_effects(struct default_profiles *defaults)
{
	size_t i;

	for (i = 0; i < defaults->effects_count; i++) {
		free(defaults->effects[i].scmp_arch);
		capability_effects_destroy(defaults->effects[i].by_capability);
	}
	free(defaults->effects);
}

int default_profiles_create(const char *runtime, const char *version,
			    struct default_profiles **ret_defaults, struct error *err)
{
	_cleanup_default_profiles_ struct default_profiles *defaults = calloc(1, sizeof(*defaults));
	const struct baseline *baseline;
	int ret;

	if (!defaults)
		return error_nomem(err);
	if ((ret = baseline_find(runtime, version, &baseline, NULL, err)) < 0 ||
	    (ret = baseline_template(baseline, &defaults->template, err)) < 0)
		return ret;
	if (asprintf(&defaults->label, "%s %s", baseline->runtime,
		     version ? version : baseline->last) < 0) {
		defaults->label = NULL;
		return error_nomem(err);
	}
	*ret_defaults = steal_pointer(&defaults);
	return 0;
}

void default_profiles_destroy(struct default_profiles *defaults)
{
	if (!defaults)
		return;
	forget_resolved(defaults);
	forget_effects(defaults);
	template_destroy(defaults->template);
	free(defaults->label);
	free(defaults);
}

const char *default_profiles_label(const struct default_profiles *defaults)
{
	return defaults->label;
}

/* The native architecture of the machine that has the architecture as one of its ABIs. */
static const char *machine_architecture(const char *scmp_arch)
{
	int machine, abi;

	for (machine = 0; machine < MACHINE_COUNT; machine++)
		for (abi = 0; abi < ABI_COUNT; abi++) {
			const char *name = abi_scmp_arch(machine, abi);

			if (name && strcmp(name, scmp_arch) == 0)
				return abi_scmp_arch(machine, ABI_NATIVE);
		}
	return scmp_arch;
}

static struct circumstances circumstances_of(const char *scmp_arch,
					     const struct recording *recording)
{
	struct circumstances circumstances = {
		.architecture = machine_architecture(scmp_arch),
		.capabilities = default_capabilities,
		.capability_count = default_capability_count,
	};
	size_t i;

	for (i = 0; recording && i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];

		if (!observation_knows_container_capabilities(observation))
			continue;
		circumstances.capabilities = (const char *const *)observation->capabilities;
		circumstances.capability_count = observation->capability_count;
		break;
	}
	return circumstances;
}

static char *make_key(const char *scmp_arch, const struct circumstances *circumstances)
{
	char *key;
	size_t size, i;
	FILE *out = open_memstream(&key, &size);

	if (!out)
		return NULL;
	fputs(scmp_arch, out);
	for (i = 0; i < circumstances->capability_count; i++)
		fprintf(out, " %s", circumstances->capabilities[i]);
	if (fclose(out) == 0)
		return key;
	free(key);
	return NULL;
}

/* Makes room for one more and adds what was resolved, which it takes over. */
static int remember(struct default_profiles *defaults, const struct resolved *resolved,
		    struct error *err)
{
	struct resolved *grown;

	if (defaults->resolved_count == RESOLVED_MAX)
		forget_resolved(defaults);
	grown = array_grow(defaults->resolved, defaults->resolved_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	defaults->resolved = grown;
	grown[defaults->resolved_count++] = *resolved;
	return 0;
}

static int resolve(struct default_profiles *defaults, const char *scmp_arch,
		   const struct circumstances *circumstances, const struct meaning **ret_meaning,
		   struct error *err)
{
	_cleanup_free_ char *key = make_key(scmp_arch, circumstances);
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_meaning_ struct meaning *meaning = NULL;
	size_t i;
	int ret;

	if (!key)
		return error_nomem(err);
	for (i = 0; i < defaults->resolved_count; i++)
		if (strcmp(defaults->resolved[i].key, key) == 0) {
			*ret_meaning = defaults->resolved[i].meaning;
			return 0;
		}
	if ((ret = template_resolve(defaults->template, circumstances, &profile, err)) < 0 ||
	    (ret = meaning_create(profile, scmp_arch, &meaning, err)) < 0 ||
	    (ret = remember(defaults, &(struct resolved){ key, profile, meaning }, err)) < 0)
		return ret;
	*ret_meaning = meaning;
	key = NULL;
	profile = NULL;
	meaning = NULL;
	return 0;
}

static int find_effects(struct default_profiles *defaults, const char *scmp_arch,
			const struct circumstances *circumstances,
			const struct capability_effects **ret_effects, struct error *err)
{
	_cleanup_free_ char *copy = NULL;
	struct effects *grown;
	size_t i;
	int ret;

	for (i = 0; i < defaults->effects_count; i++)
		if (strcmp(defaults->effects[i].scmp_arch, scmp_arch) == 0) {
			*ret_effects = defaults->effects[i].by_capability;
			return 0;
		}
	copy = strdup(scmp_arch);
	grown = array_grow(defaults->effects, defaults->effects_count, sizeof(*grown));
	if (grown)
		defaults->effects = grown;
	if (!copy || !grown)
		return error_nomem(err);
	grown += defaults->effects_count;
	ret = capability_effects_create(defaults->template, circumstances, scmp_arch,
					&grown->by_capability, err);
	if (ret < 0)
		return ret;
	grown->scmp_arch = steal_pointer(&copy);
	defaults->effects_count++;
	*ret_effects = grown->by_capability;
	return 0;
}

int default_profiles_ask(struct default_profiles *defaults, const char *scmp_arch, const char *call,
			 const struct recording *recording, enum default_answer *ret_answer,
			 const char ***ret_capabilities, struct error *err)
{
	static const enum default_answer answers[] = {
		[ALLOWANCE_NONE] = DEFAULT_REFUSES,
		[ALLOWANCE_SOME] = DEFAULT_CONDITIONAL,
		[ALLOWANCE_ALL] = DEFAULT_PERMITS,
	};
	struct circumstances circumstances = circumstances_of(scmp_arch, recording);
	const struct capability_effects *effects = NULL;
	const struct meaning *meaning = NULL;
	int ret;

	if (!architecture_find(circumstances.architecture))
		return 0;
	if ((ret = resolve(defaults, scmp_arch, &circumstances, &meaning, err)) < 0 ||
	    (ret = find_effects(defaults, scmp_arch, &circumstances, &effects, err)) < 0 ||
	    (ret = capability_effects_list(effects, call, ret_capabilities, err)) < 0)
		return ret;
	*ret_answer = answers[meaning_allowance(meaning, call)];
	return 0;
}
