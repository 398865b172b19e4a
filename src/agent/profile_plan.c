// SPDX-License-Identifier: Apache-2.0
#include "agent/profile_plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/names.h"
#include "agent/node_facts.h"
#include "agent/profile_path.h"
#include "install/enforceable.h"
#include "install/localhost_path.h"
#include "json/cursor.h"
#include "kube/object.h"
#include "profile/document/document.h"
#include "profile/document/profile_read_cr.h"
#include "profile/format/profile_write.h"
#include "profile/merge/merge.h"
#include "profile/model/model.h"
#include "recording/derive.h"
#include "recording/startup_calls.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

static const char *const state_names[PROFILE_STATE_COUNT] = {
	[PROFILE_ERROR] = "Error",	   [PROFILE_TERMINATING] = "Terminating",
	[PROFILE_PARTIAL] = "Partial",	   [PROFILE_DISABLED] = "Disabled",
	[PROFILE_PENDING] = "Pending",	   [PROFILE_IN_PROGRESS] = "InProgress",
	[PROFILE_INSTALLED] = "Installed",
};

const char *profile_state_name(enum profile_state state)
{
	return state_names[state];
}

int profile_state_from_name(const char *name)
{
	int i;

	for (i = 0; name && i < PROFILE_STATE_COUNT; i++)
		if (strcmp(state_names[i], name) == 0)
			return i;
	return -EINVAL;
}

void profile_plan_finish(struct profile_plan *plan)
{
	size_t i;

	free(plan->message);
	free(plan->content);
	for (i = 0; i < PROFILE_PATHS_MAX; i++)
		free(plan->paths[i]);
	*plan = (struct profile_plan){};
}

bool profile_plan_has_path(const struct profile_plan *plan, const char *path)
{
	size_t i;

	for (i = 0; i < PROFILE_PATHS_MAX && plan->paths[i]; i++)
		if (strcmp(plan->paths[i], path) == 0)
			return true;
	return false;
}

const char *profile_object_base(const json_t *object)
{
	return json_string_value(
		json_object_get(json_object_get(object, "spec"), "baseProfileName"));
}

/* Sets what is reported. The last report counts. */
static int report(struct profile_plan *plan, enum profile_state state, const char *reason,
		  struct error *err, const char *format, ...) __attribute__((format(printf, 5, 6)));

static int report(struct profile_plan *plan, enum profile_state state, const char *reason,
		  struct error *err, const char *format, ...)
{
	va_list arguments;
	char *message;
	int r;

	va_start(arguments, format);
	r = vasprintf(&message, format, arguments);
	va_end(arguments);
	if (r < 0)
		return error_nomem(err);
	free(plan->message);
	plan->message = message;
	plan->state = state;
	plan->reason = reason;
	return 0;
}

/* Reports a mistake in the objects, unless it is no mistake but a lack of memory. */
static int refuse(struct profile_plan *plan, const char *reason, int result,
		  const struct error *why, struct error *err)
{
	if (result == -ENOMEM)
		return error_nomem(err);
	return report(plan, PROFILE_ERROR, reason, err, "%s", error_message(why));
}

static int choose_paths(struct profile_plan *plan, const json_t *object, const char *name,
			const char *holder, struct error *err)
{
	int r = localhost_path_create(AGENT_PREFIX, NULL, name, &plan->paths[0], err);

	return r < 0 ? r : profile_namespaced_path(object, holder, &plan->paths[1], err);
}

bool profile_object_consents(const json_t *object)
{
	const json_t *annotations =
		json_object_get(json_object_get(object, "metadata"), "annotations");
	const char *value =
		json_string_value(json_object_get(annotations, ANNOTATION_UNENFORCEABLE));

	return value && strcmp(value, "true") == 0;
}

static bool is_native(const json_t *architecture)
{
	const char *name = json_string_value(architecture);

	return name && strcmp(name, "SCMP_ARCH_NATIVE") == 0;
}

/*
 * Returns the object with SCMP_ARCH_NATIVE, which runtimes refuse, replaced by the node's
 * architecture. The caller owns it. NULL without memory.
 */
static json_t *localize(const json_t *object, const struct node_facts *facts)
{
	const json_t *spec = json_object_get(object, "spec"), *architecture;
	const json_t *listed = json_object_get(spec, "architectures");
	bool native = false;
	json_t *local, *local_spec, *architectures;
	size_t i;

	json_array_foreach(listed, i, architecture)
		native = native || is_native(architecture);
	if (!native)
		return json_incref((json_t *)object);
	local = json_copy((json_t *)object);
	local_spec = json_copy((json_t *)spec);
	architectures = json_array();
	json_array_foreach(listed, i, architecture)
		json_array_append_new(architectures, is_native(architecture) ?
							     json_string(facts->architecture) :
							     json_incref((json_t *)architecture));
	if (json_object_set_new(local_spec, "architectures", architectures) < 0 ||
	    json_object_set(local, "spec", local_spec) < 0)
		json_decref(steal_pointer(&local));
	json_decref(local_spec);
	return local;
}

/* Reads an object of the chain. */
static int read_object(const json_t *object, const struct node_facts *facts,
		       struct documents *ret_documents, struct error *err)
{
	_cleanup_json_ json_t *local = localize(object, facts);
	const struct cursor at = { .value = local };

	ret_documents->items = calloc(1, sizeof(*ret_documents->items));
	if (!local || !ret_documents->items)
		return error_nomem(err);
	ret_documents->length = 1;
	return profile_read_cr(&at, ret_documents->items, err);
}

/* Unites a profile with its chain of bases. ret_profile is the caller's. */
static int unite(struct document *document, json_t *const *bases, size_t count,
		 const struct node_facts *facts, struct profile **ret_profile, struct error *err)
{
	_cleanup_(cleanup_profile_merge_destroy) struct profile_merge *merge = NULL;
	size_t i;
	int r;

	if (count == 0) {
		*ret_profile = steal_pointer(&document->profile);
		return 0;
	}
	r = profile_merge_create(&merge, err);
	if (r == 0)
		r = profile_merge_add(merge, document->name, document->profile, err);
	for (i = 0; r == 0 && i < count; i++) {
		_cleanup_documents_ struct documents base = {};

		r = read_object(bases[i], facts, &base, err);
		if (r < 0)
			error_prefix(err, "SeccompProfile %s", kube_object_name(bases[i]));
		if (r == 0)
			r = profile_merge_add(merge, base.items->name, base.items->profile, err);
	}
	return r < 0 ? r : profile_merge_take(merge, ret_profile, err);
}

/* The calls that this node's runtimes make under the filter, which may not be the recorded ones. */
static int add_runtime_calls(struct profile *profile, const struct node_facts *facts,
			     struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < facts->runtime_count; i++) {
		const struct runtime_choice choice = {
			.name = facts->runtimes[i].name,
			.version = facts->runtimes[i].version,
			.no_new_privs = TRISTATE_UNKNOWN,
		};

		r = profile_add_runtime_calls(profile, &choice, err);
	}
	return r;
}

/* Sets ret_text to the first severe obstacle on any runtime of the node, or else NULL. */
static int find_obstacle(const struct profile *profile, const struct node_facts *facts,
			 char **ret_text, struct error *err)
{
	size_t i, k, runtimes = facts->runtime_count ?: 1;

	*ret_text = NULL;
	for (i = 0; i < runtimes && !*ret_text; i++) {
		const struct node_runtime *runtime = &facts->runtimes[i];
		_cleanup_obstacles_ struct obstacles obstacles = {};
		int r = enforceable_check(profile, runtime->name, runtime->version, &obstacles,
					  err);

		if (r < 0)
			return r;
		for (k = 0; k < obstacles.length && !*ret_text; k++)
			if (obstacles.items[k].severe)
				*ret_text = steal_pointer(&obstacles.items[k].text);
	}
	return 0;
}

/*
 * Sets ret_text to what is in the way of a recorded profile that lists other architectures only. On
 * such a node, its rules would decide about calls that nobody has seen.
 */
static int find_gap(const struct profile *profile, const struct node_facts *facts, char **ret_text,
		    struct error *err)
{
	*ret_text = NULL;
	if (!profile->architecture_count || profile_lists(profile, facts->architecture))
		return 0;
	if (asprintf(ret_text, "nothing was recorded on %s: record on such a node too",
		     facts->architecture) < 0) {
		*ret_text = NULL;
		return error_nomem(err);
	}
	return 0;
}

/* Decides about a profile whose rules are known. */
static int judge(struct profile_plan *plan, const json_t *object, struct profile *profile,
		 const struct node_facts *facts, struct error *err)
{
	_cleanup_free_ char *obstacle = NULL;
	const char *reason = "NotEnforceable";
	int r = 0;

	if (plan->paths[1]) { /* recorded */
		r = find_gap(profile, facts, &obstacle, err);
		if (obstacle)
			reason = "ArchitectureNotRecorded";
		if (r == 0)
			r = add_runtime_calls(profile, facts, err);
	}
	if (r == 0 && !obstacle)
		r = find_obstacle(profile, facts, &obstacle, err);
	if (r < 0)
		return r;
	if (obstacle && !profile_object_consents(object))
		return report(plan, PROFILE_ERROR, reason, err,
			      "this node cannot enforce the profile as it is written: %s; the "
			      "annotation " ANNOTATION_UNENFORCEABLE
			      ": \"true\" installs it anyway",
			      obstacle);
	r = profile_write_oci(profile, &plan->content, err);
	if (r < 0)
		return r;
	if (obstacle)
		return report(plan, PROFILE_INSTALLED, reason, err,
			      "installed as the annotation wants, but %s", obstacle);
	return report(plan, PROFILE_INSTALLED, "Available", err, "installed");
}

/*
 * Decides about a profile whose base is missing. A base of a name that no object can have may stand
 * in an object that was made before the definitions of the custom resources refused it.
 */
static int decide_without_base(struct profile_plan *plan, size_t count, const char *missing,
			       struct error *err)
{
	_cleanup_free_ char *readable = NULL;

	if (count == PROFILE_CHAIN_MAX)
		return report(
			plan, PROFILE_ERROR, "BaseProfile", err,
			"spec.baseProfileName leads through %d profiles and further: use fewer, "
			"and no circle",
			PROFILE_CHAIN_MAX);
	if (str_is_dns_subdomain(missing))
		return report(plan, PROFILE_PENDING, "BaseProfile", err,
			      "spec.baseProfileName: there is no SeccompProfile %s; the file is "
			      "written as soon as it exists",
			      missing);
	readable = str_escape(missing);
	if (!readable)
		return error_nomem(err);
	return report(plan, PROFILE_ERROR, "BaseProfile", err,
		      "spec.baseProfileName: '%s' is no name of a SeccompProfile; profiles are "
		      "not pulled from registries",
		      readable);
}

/* Decides about a profile that is enabled. */
static int decide(struct profile_plan *plan, struct document *document, json_t *const *objects,
		  size_t count, const char *missing, const struct node_facts *facts,
		  struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_error_ struct error why = ERROR_INIT;
	int r;

	if (missing)
		return decide_without_base(plan, count, missing, err);
	r = unite(document, objects + 1, count - 1, facts, &profile, &why);
	if (r < 0)
		return refuse(plan, "BaseProfile", r, &why, err);
	r = judge(plan, objects[0], profile, facts, &why);
	return r < 0 ? refuse(plan, "InvalidProfile", r, &why, err) : 0;
}

/* Says of a file that its path is not the one that was to be expected. */
static int mention_path(struct profile_plan *plan, const json_t *object, const char *holder,
			struct error *err)
{
	_cleanup_free_ char *expected = NULL, *message = steal_pointer(&plan->message);
	int r = profile_namespaced_path(object, false, &expected, err);

	if (r < 0)
		return r;
	return report(plan, plan->state, plan->reason, err,
		      "%s; %s is the file of SeccompProfile %s, so this one has %s", message,
		      expected, holder, plan->paths[1]);
}

int profile_plan_make(json_t *const *objects, size_t count, const char *missing, const char *holder,
		      const struct node_facts *facts, struct profile_plan *ret_plan,
		      struct error *err)
{
	_cleanup_profile_plan_ struct profile_plan plan = {};
	_cleanup_documents_ struct documents documents = {};
	_cleanup_error_ struct error why = ERROR_INIT;
	int r = read_object(objects[0], facts, &documents, &why);

	if (r == 0)
		r = choose_paths(&plan, objects[0], documents.items->name ?: "", holder, &why);
	if (r < 0) {
		r = refuse(&plan, "InvalidProfile", r, &why, err);
	} else if (documents.items->disabled) {
		plan.remove = true;
		r = report(&plan, PROFILE_DISABLED, "Disabled", err,
			   "disabled: there is no file, and pods that name it do not start");
	} else {
		r = decide(&plan, documents.items, objects, count, missing, facts, err);
	}
	if (r == 0 && holder && plan.content && plan.paths[1])
		r = mention_path(&plan, objects[0], holder, err);
	if (r < 0)
		return r;
	*ret_plan = plan;
	plan = (struct profile_plan){};
	return 0;
}
