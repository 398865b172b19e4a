// SPDX-License-Identifier: Apache-2.0
#include "profile/derive/default_profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/baseline/baseline.h"
#include "profile/format/conditional_profile.h"
#include "profile/model/model.h"
#include "profile/semantics/semantics.h"
#include "recording/recorded_context.h"
#include "util/error.h"
#include "util/string_set.h"

/* The engine of most Kubernetes nodes. */
#define ENGINE_USUAL "containerd"

void default_profile_finish(struct default_profile *resolved)
{
	size_t i;

	for (i = 0; i < ABI_COUNT; i++)
		semantics_destroy(resolved->semantics[i]);
	profile_destroy(resolved->owned);
	free(resolved->title);
	free(resolved->nearest);
	*resolved = (struct default_profile){};
}

static int note_newest(struct default_profile *resolved, struct error *err)
{
	if (asprintf(&resolved->nearest,
		     "the version of the container engine is not known, so the default profile of "
		     "%s is the limit",
		     resolved->title) >= 0)
		return 0;
	resolved->nearest = NULL;
	return error_nomem(err);
}

/* Finds the table of the recording's engine, or else of the usual one, and describes it. */
static int find_table(struct default_profile *resolved, const struct recording *recording,
		      enum machine machine, const struct baseline **ret_table, struct error *err)
{
	struct recorded_engine engine = recorded_engine(recording, machine);
	bool exact;
	int r;

	resolved->engine_unknown = !engine.name || !baseline_has_runtime(engine.name);
	if (resolved->engine_unknown)
		engine = (struct recorded_engine){ .name = ENGINE_USUAL };
	r = baseline_find(engine.name, engine.version, ret_table, &exact, err);
	if (r < 0)
		return r;
	if (asprintf(&resolved->title, "%s %s", (*ret_table)->runtime,
		     engine.version ? engine.version : (*ret_table)->last) < 0) {
		resolved->title = NULL;
		return error_nomem(err);
	}
	if (!engine.version && !resolved->engine_unknown)
		return note_newest(resolved, err);
	if (!exact &&
	    asprintf(&resolved->nearest,
		     "there is no table of the default profile of %s %s, so that of %s "
		     "to %s is the limit",
		     engine.name, engine.version, (*ret_table)->first, (*ret_table)->last) < 0) {
		resolved->nearest = NULL;
		return error_nomem(err);
	}
	return 0;
}

/* The context that containers have. The caller frees ret_names with string_set_free(). */
static int find_context(const struct recording *recording, enum machine machine,
			const struct default_options *options,
			struct container_context *ret_context, char ***ret_names, size_t *ret_count,
			struct error *err)
{
	const struct container_context *given = options->context;
	const char *kernel = recorded_kernel(recording, machine);
	bool known = false;
	int r = 0;

	if (!given || !options->context_overrides_capabilities)
		r = recorded_capabilities(recording, machine, ret_names, ret_count, &known, err);
	*ret_context = (struct container_context){
		.architecture = machine_name(machine),
		.capabilities = known ? (const char *const *)*ret_names :
				given ? given->capabilities :
					default_capabilities,
		.capability_count = known ? *ret_count :
				    given ? given->capability_count :
					    default_capability_count,
	};
	/* A version that cannot be parsed counts as a new one. */
	if (given && options->context_overrides_kernel)
		ret_context->kernel = given->kernel;
	else if (kernel)
		kernel_version_parse(kernel, &ret_context->kernel, NULL);
	return r;
}

static int resolve(struct default_profile *resolved, const struct conditional_profile *conditional,
		   const struct recording *recording, enum machine machine,
		   const struct default_options *options, struct error *err)
{
	struct container_context context;
	char **names = NULL;
	size_t count = 0;
	int r = find_context(recording, machine, options, &context, &names, &count, err);

	if (r == 0)
		r = conditional_profile_resolve(conditional, &context, &resolved->owned, err);
	string_set_free(names, count);
	resolved->profile = resolved->owned;
	return r;
}

static int resolve_table(struct default_profile *resolved, const struct recording *recording,
			 enum machine machine, const struct default_options *options,
			 struct error *err)
{
	_cleanup_conditional_profile_ struct conditional_profile *conditional = NULL;
	const struct baseline *table;
	int r = find_table(resolved, recording, machine, &table, err);

	if (r == 0)
		r = baseline_conditional_profile(table, &conditional, err);
	return r < 0 ? r : resolve(resolved, conditional, recording, machine, options, err);
}

static int resolve_choice(struct default_profile *resolved, const struct recording *recording,
			  enum machine machine, const struct default_options *options,
			  struct error *err)
{
	const struct default_choice *choice = options->choice;

	resolved->title = strdup(choice->title);
	if (!resolved->title)
		return error_nomem(err);
	if (choice->conditional)
		return resolve(resolved, choice->conditional, recording, machine, options, err);
	resolved->profile = choice->profile;
	return 0;
}

int default_profile_init(struct default_profile *ret_default, const struct recording *recording,
			 enum machine machine, const struct default_options *options,
			 struct error *err)
{
	static const struct default_options none = {};
	_cleanup_default_profile_ struct default_profile resolved = {};
	int abi, r;

	options = options ? options : &none;
	r = options->choice ? resolve_choice(&resolved, recording, machine, options, err) :
			      resolve_table(&resolved, recording, machine, options, err);
	for (abi = 0; abi < ABI_COUNT && r == 0; abi++)
		if (abi_scmp_arch(machine, abi))
			r = semantics_create(resolved.profile, abi_scmp_arch(machine, abi),
					     &resolved.semantics[abi], err);
	if (r < 0)
		return r;
	*ret_default = resolved;
	resolved = (struct default_profile){};
	return 0;
}
