// SPDX-License-Identifier: Apache-2.0
#include "install/install_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "install/localhost_path.h"
#include "profile/document/document.h"
#include "profile/format/profile_write.h"
#include "profile/model/profile.h"
#include "recording/startup_calls.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

static void planned_profile_finish(struct planned_profile *planned)
{
	free(planned->path);
	free(planned->content);
	obstacles_finish(&planned->obstacles);
	notes_finish(&planned->warnings);
}

void install_plan_finish(struct install_plan *plan)
{
	for (size_t i = 0; i < plan->length; i++)
		planned_profile_finish(&plan->items[i]);
	free(plan->items);
	*plan = (struct install_plan){};
}

static int choose_path(const char *file, const struct document *document,
		       const struct install_naming *naming, char **ret_path, struct error *err)
{
	const char *name = naming->name ? naming->name : document->name;
	const char *namespace = naming->namespace ? naming->namespace : document->name_space;
	int r;

	if (!name)
		name = naming->fallback;
	r = name ? localhost_path_create(naming->prefix, namespace, name, ret_path, err) :
		   error_set(err, EINVAL, "a profile without a name");
	if (r < 0)
		error_prefix(err, "%s", file);
	return r;
}

static int check_path_is_new(const struct install_plan *plan, const char *file, const char *path,
			     struct error *err)
{
	for (size_t i = 0; i < plan->length; i++)
		if (strcmp(plan->items[i].path, path) == 0)
			return error_set(err, EEXIST,
					 "%s and %s would both be installed as %s: install them "
					 "one by one with --name, or merge them",
					 plan->items[i].file, file, path);
	return 0;
}

/* Adds what is not wrong, but worth knowing before a workload runs under the profile. */
static int add_warnings(struct notes *warnings, const struct document *document,
			const struct install_runtime *runtime, struct error *err)
{
	_cleanup_free_ char *advice = NULL;
	int r = runtime->name ? startup_calls_describe(document->profile, runtime->name,
						       runtime->version, &advice, err) :
				0;

	if (r == 0 && advice)
		r = notes_add(warnings, err, "%s", advice);
	if (r == 0 && document->recording && !recording_complete(document->recording))
		r = notes_add(warnings, err,
			      "the recording is not complete: the workload may need more than the "
			      "profile allows");
	if (r == 0 && document->base_profile)
		r = notes_add(warnings, err,
			      "it is installed without its base profile %s, which only the "
			      "Security Profiles Operator merges into it",
			      document->base_profile);
	if (r == 0 && document->disabled)
		r = notes_add(warnings, err,
			      "it is disabled, but that concerns only the Security Profiles "
			      "Operator: it is installed anyway");
	return r;
}

int install_plan_add(struct install_plan *plan, const char *file, const struct document *document,
		     const struct install_naming *naming, const struct install_runtime *runtime,
		     struct error *err)
{
	_cleanup_(planned_profile_finish) struct planned_profile planned = { .file = file };
	struct planned_profile *items;
	int r = choose_path(file, document, naming, &planned.path, err);

	if (r == 0)
		r = check_path_is_new(plan, file, planned.path, err);
	if (r == 0)
		r = profile_write_oci(document->profile, &planned.content, err);
	if (r == 0)
		r = enforceable_check(document->profile, runtime->name, runtime->version,
				      &planned.obstacles, err);
	if (r == 0)
		r = add_warnings(&planned.warnings, document, runtime, err);
	if (r < 0)
		return r;
	items = array_grow(plan->items, plan->length, sizeof(*items));
	if (!items)
		return error_nomem(err);
	plan->items = items;
	items[plan->length++] = planned;
	planned = (struct planned_profile){};
	return 0;
}
