// SPDX-License-Identifier: Apache-2.0
#include "profile/diff/default_profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/baseline/baseline.h"
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

struct default_profiles {
	const struct baseline *baseline;
	char *label;
	struct resolved *resolved;
	size_t length;
};

static void forget_all(struct default_profiles *defaults)
{
	size_t i;

	for (i = 0; i < defaults->length; i++) {
		free(defaults->resolved[i].key);
		meaning_destroy(defaults->resolved[i].meaning);
		profile_destroy(defaults->resolved[i].profile);
	}
	free(defaults->resolved);
	defaults->resolved = NULL;
	defaults->length = 0;
}

int default_profiles_create(const char *runtime, const char *version,
			    struct default_profiles **ret_defaults, struct error *err)
{
	_cleanup_default_profiles_ struct default_profiles *defaults = calloc(1, sizeof(*defaults));
	int ret;

	if (!defaults)
		return error_nomem(err);
	ret = baseline_find(runtime, version, &defaults->baseline, NULL, err);
	if (ret < 0)
		return ret;
	if (asprintf(&defaults->label, "%s %s", defaults->baseline->runtime,
		     version ? version : defaults->baseline->last) < 0) {
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
	forget_all(defaults);
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

	if (defaults->length == RESOLVED_MAX)
		forget_all(defaults);
	grown = array_grow(defaults->resolved, defaults->length, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	defaults->resolved = grown;
	grown[defaults->length++] = *resolved;
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
	for (i = 0; i < defaults->length; i++)
		if (strcmp(defaults->resolved[i].key, key) == 0) {
			*ret_meaning = defaults->resolved[i].meaning;
			return 0;
		}
	if ((ret = baseline_resolve(defaults->baseline, circumstances, &profile, err)) < 0 ||
	    (ret = meaning_create(profile, scmp_arch, &meaning, err)) < 0 ||
	    (ret = remember(defaults, &(struct resolved){ key, profile, meaning }, err)) < 0)
		return ret;
	*ret_meaning = meaning;
	key = NULL;
	profile = NULL;
	meaning = NULL;
	return 0;
}

int default_profiles_ask(struct default_profiles *defaults, const char *scmp_arch, const char *call,
			 const struct recording *recording, enum default_answer *ret_answer,
			 struct error *err)
{
	static const enum default_answer answers[] = {
		[ALLOWANCE_NONE] = DEFAULT_REFUSES,
		[ALLOWANCE_SOME] = DEFAULT_CONDITIONAL,
		[ALLOWANCE_ALL] = DEFAULT_PERMITS,
	};
	struct circumstances circumstances = circumstances_of(scmp_arch, recording);
	const struct meaning *meaning = NULL;
	int ret;

	if (!architecture_find(circumstances.architecture))
		return 0;
	ret = resolve(defaults, scmp_arch, &circumstances, &meaning, err);
	if (ret == 0)
		*ret_answer = answers[meaning_allowance(meaning, call)];
	return ret;
}
