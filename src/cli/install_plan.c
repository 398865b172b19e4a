// SPDX-License-Identifier: Apache-2.0
#include "cli/install_plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/input.h"
#include "install/localhost_path.h"
#include "profile/format/profile_write.h"
#include "profile/model/profile.h"
#include "recording/startup_calls.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"
#include "util/str.h"

static void planned_profile_finish(struct planned_profile *planned)
{
	free(planned->path);
	free(planned->content);
	obstacles_finish(&planned->obstacles);
}

void install_plan_finish(struct install_plan *plan)
{
	for (size_t i = 0; i < plan->length; i++)
		planned_profile_finish(&plan->items[i]);
	free(plan->items);
	*plan = (struct install_plan){ 0 };
}

/* "web" for "profiles/web.seccomp.json": what commands and people put behind a name is no part of it. */
static char *name_of_file(const char *file)
{
	static const char *const suffixes[] = { ".json",      ".yaml",	  ".yml",
						".recording", ".seccomp", ".profile" };
	const char *slash = strrchr(file, '/');
	char *name = strdup(slash ? slash + 1 : file);

	for (size_t i = 0; name && i < array_size(suffixes); i++)
		if (str_has_suffix(name, suffixes[i]))
			name[strlen(name) - strlen(suffixes[i])] = '\0';
	return name;
}

static int choose_path(const char *file, const struct document *document,
		       const struct install_naming *naming, char **ret_path, struct error *err)
{
	_cleanup_free_ char *from_file = NULL;
	const char *name = naming->name ? naming->name : document->name;
	const char *namespace = naming->namespace ? naming->namespace : document->name_space;
	int r;

	if (!name && strcmp(file, "-") == 0)
		return cli_usage_error(err, "a profile from standard input needs a --name");
	if (!name) {
		from_file = name_of_file(file);
		if (!from_file)
			return error_nomem(err);
		name = from_file;
	}
	r = localhost_path_create(naming->prefix, namespace, name, ret_path, err);
	if (r < 0)
		error_prefix(err, "%s", input_name(file));
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

/* What is not wrong, and worth knowing before a workload runs under it. */
static int warn_about(const char *file, const struct document *document,
		      const struct install_runtime *runtime, struct error *err)
{
	_cleanup_free_ char *advice = NULL;
	int r = runtime->name ? startup_calls_describe(document->profile, runtime->name,
						       runtime->version, &advice, err) :
				0;

	if (r < 0)
		return r;
	if (advice)
		log_warning("%s: %s", file, advice);
	if (document->recording && !recording_complete(document->recording))
		log_warning(
			"%s is not complete: the workload may need more than the profile allows",
			file);
	if (document->base_profile)
		log_warning("%s is to be united with the profile %s, which only the Security "
			    "Profiles Operator does: it is installed without",
			    file, document->base_profile);
	if (document->disabled)
		log_warning(
			"%s is disabled, which only the Security Profiles Operator heeds: it is "
			"installed all the same",
			file);
	return 0;
}

static int add_document(struct install_plan *plan, const char *file,
			const struct document *document, const struct install_naming *naming,
			const struct install_runtime *runtime, struct error *err)
{
	_cleanup_(planned_profile_finish) struct planned_profile planned = { .file = input_name(
										     file) };
	struct planned_profile *items;
	int r = choose_path(file, document, naming, &planned.path, err);

	if (r == 0)
		r = check_path_is_new(plan, planned.file, planned.path, err);
	if (r == 0)
		r = profile_write_oci(document->profile, &planned.content, err);
	if (r == 0)
		r = enforceable_check(document->profile, runtime->name, runtime->version,
				      &planned.obstacles, err);
	if (r == 0)
		r = warn_about(planned.file, document, runtime, err);
	if (r < 0)
		return r;
	items = array_grow(plan->items, plan->length, sizeof(*items));
	if (!items)
		return error_nomem(err);
	plan->items = items;
	items[plan->length++] = planned;
	planned = (struct planned_profile){ 0 };
	return 0;
}

int install_plan_add(struct install_plan *plan, const char *file,
		     const struct document_options *reading, const struct install_naming *naming,
		     const struct install_runtime *runtime, struct error *err)
{
	_cleanup_documents_ struct documents documents = { 0 };
	int r = input_read(file, reading, &documents, err);

	for (size_t i = 0; r == 0 && i < documents.length; i++)
		r = add_document(plan, file, &documents.items[i], naming, runtime, err);
	return r;
}
