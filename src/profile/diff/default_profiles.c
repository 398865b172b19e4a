// SPDX-License-Identifier: Apache-2.0
#include "profile/diff/default_profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/baseline/baseline.h"
#include "profile/baseline/capability_effects.h"
#include "profile/baseline/resolved_baseline.h"
#include "profile/format/conditional_profile.h"
#include "profile/semantics/coverage.h"
#include "profile/model/architecture.h"
#include "util/array.h"
#include "util/error.h"
#include "util/text_stream.h"
#include "util/version.h"

/*
 * The number of resolved contexts that a table keeps. Real sets of capabilities are few. Beyond
 * this number, all are dropped and resolved again.
 */
#define KNOWN_MAX 64

struct known_container {
	char *key; /* architecture and capabilities */
	struct resolved_baseline baseline;
};

/* The default profile of one version of a runtime. */
struct default_table {
	char *label;
	struct conditional_profile *conditional;
	struct known_container *known;
	size_t known_count;
};

struct default_profiles {
	struct default_table **tables; /* the first: for recordings without an engine */
	size_t table_count;
	bool follow; /* use the engine that a recording names */
};

static void forget_known(struct default_table *table)
{
	size_t i;

	for (i = 0; i < table->known_count; i++) {
		resolved_baseline_finish(&table->known[i].baseline);
		free(table->known[i].key);
	}
	free(table->known);
	table->known = NULL;
	table->known_count = 0;
}

static void table_destroy(struct default_table *table)
{
	forget_known(table);
	conditional_profile_destroy(table->conditional);
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

/* Returns the table of a version of a runtime, and adds it if it is new. */
static int add_table(struct default_profiles *defaults, const char *runtime, const char *version,
		     struct default_table **ret_table, struct error *err)
{
	_cleanup_(cleanup_table_destroy) struct default_table *table = calloc(1, sizeof(*table));
	struct default_table **grown;
	const struct baseline *baseline;
	size_t i;
	int r;

	if (!table)
		return error_nomem(err);
	if ((r = baseline_find(runtime, version, &baseline, NULL, err)) < 0)
		return r;
	table->label = make_label(baseline, version);
	if (!table->label)
		return error_nomem(err);
	for (i = 0; i < defaults->table_count; i++)
		if (strcmp(defaults->tables[i]->label, table->label) == 0) {
			*ret_table = defaults->tables[i];
			return 0;
		}
	if ((r = baseline_conditional_profile(baseline, &table->conditional, err)) < 0)
		return r;
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
	int r;

	if (!defaults)
		return error_nomem(err);
	defaults->follow = follow;
	r = add_table(defaults, runtime, version, &table, err);
	if (r < 0)
		return r;
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

/* Chooses the table of the first container with a known engine that has tables. */
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

/* Returns the native architecture of the machine that has scmp_arch as one of its ABIs. */
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

static struct container_context context_of(const char *scmp_arch, const struct recording *recording)
{
	struct container_context context = {
		.architecture = machine_architecture(scmp_arch),
		.capabilities = default_capabilities,
		.capability_count = default_capability_count,
	};
	size_t i;

	for (i = 0; recording && i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];

		if (!observation_knows_container_capabilities(observation))
			continue;
		context.capabilities = (const char *const *)observation->capabilities;
		context.capability_count = observation->capability_count;
		break;
	}
	return context;
}

static char *make_key(const char *scmp_arch, const struct container_context *context)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	size_t i;

	if (!out)
		return NULL;
	fputs(scmp_arch, out);
	for (i = 0; i < context->capability_count; i++)
		fprintf(out, " %s", context->capabilities[i]);
	return text_stream_close(&stream);
}

static int resolve(struct default_table *table, const char *scmp_arch,
		   const struct container_context *context,
		   const struct resolved_baseline **ret_baseline, struct error *err)
{
	_cleanup_free_ char *key = make_key(scmp_arch, context);
	struct known_container *grown;
	size_t i;
	int r;

	if (!key)
		return error_nomem(err);
	for (i = 0; i < table->known_count && strcmp(table->known[i].key, key) != 0; i++)
		;
	if (i == KNOWN_MAX) {
		forget_known(table);
		i = 0;
	}
	if (i == table->known_count) {
		grown = array_grow(table->known, table->known_count, sizeof(*grown));
		if (!grown)
			return error_nomem(err);
		table->known = grown;
		r = resolved_baseline_init(&grown[i].baseline, table->conditional, context,
					   scmp_arch, err);
		if (r < 0)
			return r;
		grown[i].key = steal_pointer(&key);
		table->known_count++;
	}
	*ret_baseline = &table->known[i].baseline;
	return 0;
}

int default_profiles_ask(struct default_profiles *defaults, const char *scmp_arch, const char *call,
			 const struct recording *recording, enum default_answer *ret_answer,
			 const char **ret_label, const char ***ret_capabilities, struct error *err)
{
	static const enum default_answer answers[] = {
		[COVERAGE_NONE] = DEFAULT_REFUSES,
		[COVERAGE_SOME] = DEFAULT_CONDITIONAL,
		[COVERAGE_ALL] = DEFAULT_PERMITS,
	};
	struct container_context context = context_of(scmp_arch, recording);
	const struct resolved_baseline *baseline = NULL;
	struct default_table *table;
	int r;

	if (!architecture_find(context.architecture))
		return 0;
	if ((r = choose_table(defaults, recording, &table, err)) < 0 ||
	    (r = resolve(table, scmp_arch, &context, &baseline, err)) < 0 ||
	    (r = capability_effects_list(baseline->effects, call, ret_capabilities, err)) < 0)
		return r;
	*ret_answer = answers[semantics_coverage(baseline->semantics, call)];
	*ret_label = table->label;
	return 0;
}
