// SPDX-License-Identifier: Apache-2.0
#include "profile/diff/default_profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/baseline/baseline.h"
#include "profile/baseline/capability_effects.h"
#include "profile/format/template.h"
#include "profile/semantics/allowance.h"
#include "profile/model/architecture.h"
#include "util/array.h"
#include "util/error.h"
#include "util/version.h"

/* Sets of capabilities are few; of more, the tables are resolved anew. */
#define RESOLVED_MAX 64

struct resolved {
	char *key; /* architecture and capabilities */
	struct profile *profile;
	struct semantics *semantics;
};

/* What the capabilities do on one architecture; of those there are few. */
struct effects {
	char *scmp_arch;
	struct capability_effects *by_capability;
};

/* What one version of a runtime allows. */
struct default_table {
	char *label;
	struct template *template;
	struct resolved *resolved;
	size_t resolved_count;
	struct effects *effects;
	size_t effects_count;
};

struct default_profiles {
	struct default_table **tables; /* the first is for who names none */
	size_t table_count;
	bool follow; /* a recording names the engine */
};

static void forget_resolved(struct default_table *table)
{
	size_t i;

	for (i = 0; i < table->resolved_count; i++) {
		free(table->resolved[i].key);
		semantics_destroy(table->resolved[i].semantics);
		profile_destroy(table->resolved[i].profile);
	}
	free(table->resolved);
	table->resolved = NULL;
	table->resolved_count = 0;
}

static void forget_effects(struct default_table *table)
{
	size_t i;

	for (i = 0; i < table->effects_count; i++) {
		free(table->effects[i].scmp_arch);
		capability_effects_destroy(table->effects[i].by_capability);
	}
	free(table->effects);
}

static void table_destroy(struct default_table *table)
{
	forget_resolved(table);
	forget_effects(table);
	template_destroy(table->template);
	free(table->label);
	free(table);
}
DEFINE_CLEANUP(struct default_table *, table_destroy);

static char *make_label(const struct baseline *baseline, const char *version)
{
	char *label;

	return asprintf(&label, "%s %s", baseline->runtime, version ? version : baseline->last) <
			       0 ?
		       NULL :
		       label;
}

/* Adds the table of a version of a runtime, or finds it. */
static int add_table(struct default_profiles *defaults, const char *runtime, const char *version,
		     struct default_table **ret_table, struct error *err)
{
	_cleanup_(cleanup_table_destroy) struct default_table *table = calloc(1, sizeof(*table));
	struct default_table **grown;
	const struct baseline *baseline;
	size_t i;
	int ret;

	if (!table)
		return error_nomem(err);
	if ((ret = baseline_find(runtime, version, &baseline, NULL, err)) < 0)
		return ret;
	table->label = make_label(baseline, version);
	if (!table->label)
		return error_nomem(err);
	for (i = 0; i < defaults->table_count; i++)
		if (strcmp(defaults->tables[i]->label, table->label) == 0) {
			*ret_table = defaults->tables[i];
			return 0;
		}
	if ((ret = baseline_template(baseline, &table->template, err)) < 0)
		return ret;
	grown = array_grow(defaults->tables, defaults->table_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	defaults->tables = grown;
	*ret_table = table;
	grown[defaults->table_count++] = steal_pointer(&table);
	return 0;
}

int default_profiles_create(const char *runtime, const char *version, bool follow,
			    struct default_profiles **ret_defaults, struct error *err)
{
	_cleanup_default_profiles_ struct default_profiles *defaults = calloc(1, sizeof(*defaults));
	struct default_table *table;
	int ret;

	if (!defaults)
		return error_nomem(err);
	defaults->follow = follow;
	ret = add_table(defaults, runtime, version, &table, err);
	if (ret < 0)
		return ret;
	*ret_defaults = steal_pointer(&defaults);
	return 0;
}

void default_profiles_destroy(struct default_profiles *defaults)
{
	size_t i;

	if (!defaults)
		return;
	for (i = 0; i < defaults->table_count; i++)
		table_destroy(defaults->tables[i]);
	free(defaults->tables);
	free(defaults);
}

const char *default_profiles_label(const struct default_profiles *defaults)
{
	return defaults->tables[0]->label;
}

/* That of the first container whose engine is known and has tables. */
static int choose_table(struct default_profiles *defaults, const struct recording *recording,
			struct default_table **ret_table, struct error *err)
{
	struct version version;
	size_t i;

	*ret_table = defaults->tables[0];
	for (i = 0; defaults->follow && recording && i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];
		const char *text = observation->engine_version;

		if (!observation->engine || !baseline_has_runtime(observation->engine))
			continue;
		version = version_parse(text ? text : "");
		return add_table(defaults, observation->engine,
				 version_is_known(&version) ? text : NULL, ret_table, err);
	}
	return 0;
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
static int remember(struct default_table *table, const struct resolved *resolved, struct error *err)
{
	struct resolved *grown;

	if (table->resolved_count == RESOLVED_MAX)
		forget_resolved(table);
	grown = array_grow(table->resolved, table->resolved_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	table->resolved = grown;
	grown[table->resolved_count++] = *resolved;
	return 0;
}

static int resolve(struct default_table *table, const char *scmp_arch,
		   const struct circumstances *circumstances,
		   const struct semantics **ret_semantics, struct error *err)
{
	_cleanup_free_ char *key = make_key(scmp_arch, circumstances);
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_semantics_ struct semantics *semantics = NULL;
	size_t i;
	int ret;

	if (!key)
		return error_nomem(err);
	for (i = 0; i < table->resolved_count; i++)
		if (strcmp(table->resolved[i].key, key) == 0) {
			*ret_semantics = table->resolved[i].semantics;
			return 0;
		}
	if ((ret = template_resolve(table->template, circumstances, &profile, err)) < 0 ||
	    (ret = semantics_create(profile, scmp_arch, &semantics, err)) < 0 ||
	    (ret = remember(table, &(struct resolved){ key, profile, semantics }, err)) < 0)
		return ret;
	*ret_semantics = semantics;
	key = NULL;
	profile = NULL;
	semantics = NULL;
	return 0;
}

static int find_effects(struct default_table *table, const char *scmp_arch,
			const struct circumstances *circumstances,
			const struct capability_effects **ret_effects, struct error *err)
{
	_cleanup_free_ char *copy = NULL;
	struct effects *grown;
	size_t i;
	int ret;

	for (i = 0; i < table->effects_count; i++)
		if (strcmp(table->effects[i].scmp_arch, scmp_arch) == 0) {
			*ret_effects = table->effects[i].by_capability;
			return 0;
		}
	copy = strdup(scmp_arch);
	grown = array_grow(table->effects, table->effects_count, sizeof(*grown));
	if (grown)
		table->effects = grown;
	if (!copy || !grown)
		return error_nomem(err);
	grown += table->effects_count;
	ret = capability_effects_create(table->template, circumstances, scmp_arch,
					&grown->by_capability, err);
	if (ret < 0)
		return ret;
	grown->scmp_arch = steal_pointer(&copy);
	table->effects_count++;
	*ret_effects = grown->by_capability;
	return 0;
}

int default_profiles_ask(struct default_profiles *defaults, const char *scmp_arch, const char *call,
			 const struct recording *recording, enum default_answer *ret_answer,
			 const char **ret_label, const char ***ret_capabilities, struct error *err)
{
	static const enum default_answer answers[] = {
		[ALLOWANCE_NONE] = DEFAULT_REFUSES,
		[ALLOWANCE_SOME] = DEFAULT_CONDITIONAL,
		[ALLOWANCE_ALL] = DEFAULT_PERMITS,
	};
	struct circumstances circumstances = circumstances_of(scmp_arch, recording);
	const struct capability_effects *effects = NULL;
	const struct semantics *semantics = NULL;
	struct default_table *table;
	int ret;

	if (!architecture_find(circumstances.architecture))
		return 0;
	if ((ret = choose_table(defaults, recording, &table, err)) < 0 ||
	    (ret = resolve(table, scmp_arch, &circumstances, &semantics, err)) < 0 ||
	    (ret = find_effects(table, scmp_arch, &circumstances, &effects, err)) < 0 ||
	    (ret = capability_effects_list(effects, call, ret_capabilities, err)) < 0)
		return ret;
	*ret_answer = answers[semantics_allowance(semantics, call)];
	*ret_label = table->label;
	return 0;
}
