// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording/recording.h"
#include "recording/recording_calls.h"
#include "recording/recording_profiles.h"
#include "recording/recording_union.h"
#include "recording/recording_values.h"
#include "json/cursor.h"
#include "json/elements.h"
#include "util/error.h"

/* The part that holds for all observations of a file. */
struct context {
	struct recording_profiles profiles;
	bool with_arguments; /* its version has them */
};

static int read_calls(const struct cursor *object, const struct context *context,
		      struct observation *observation, struct error *err)
{
	struct cursor calls, denied;
	int r;

	if ((r = cursor_required(object, "systemCalls", &calls, err)) < 0 ||
	    (r = recording_read_calls(&calls, observation->machine, true, &observation->calls,
				      context->with_arguments ? &observation->arguments : NULL,
				      err)) < 0 ||
	    (r = cursor_required(object, "denied", &denied, err)) < 0)
		return r;
	return recording_read_calls(&denied, observation->machine, false, &observation->denied,
				    context->with_arguments ? &observation->denied_arguments : NULL,
				    err);
}

static int read_container(const struct cursor *object, struct observation *observation,
			  struct error *err)
{
	static const char *const fields[] = { "name", "id", "image", "imageDigest", NULL };
	struct cursor at;
	int r;

	if (!cursor_member(object, "container", &at))
		return 0;
	if ((r = cursor_check_members(&at, fields, err)) < 0 ||
	    (r = cursor_copy_string(&at, "name", &observation->container_name, err)) < 0 ||
	    (r = cursor_copy_string(&at, "id", &observation->container_id, err)) < 0 ||
	    (r = cursor_copy_string(&at, "image", &observation->image, err)) < 0)
		return r;
	return cursor_copy_string(&at, "imageDigest", &observation->image_digest, err);
}

static int read_pod(const struct cursor *object, struct observation *observation, struct error *err)
{
	static const char *const fields[] = { "name", "namespace", "uid", NULL };
	struct cursor at;
	int r;

	if (!cursor_member(object, "pod", &at))
		return 0;
	if ((r = cursor_check_members(&at, fields, err)) < 0 ||
	    (r = cursor_copy_string(&at, "name", &observation->pod_name, err)) < 0 ||
	    (r = cursor_copy_string(&at, "namespace", &observation->pod_namespace, err)) < 0)
		return r;
	return cursor_copy_string(&at, "uid", &observation->pod_uid, err);
}

/* Reads the name and the version of a program. */
static int read_program(const struct cursor *object, const char *key, char **name, char **version,
			struct error *err)
{
	static const char *const fields[] = { "name", "version", NULL };
	struct cursor at;
	int r;

	if (!cursor_member(object, key, &at))
		return 0;
	if ((r = cursor_check_members(&at, fields, err)) < 0 ||
	    (r = cursor_copy_string(&at, "name", name, err)) < 0)
		return r;
	return cursor_copy_string(&at, "version", version, err);
}

/*
 * No container has more labels, reasons or capabilities. Each is inserted in order, which takes
 * time with the square of their number.
 */
#define LIST_MAX 4096

static int check_count(const struct cursor *at, size_t count, struct error *err)
{
	if (count > LIST_MAX)
		return cursor_fail(at, err, "it has %zu entries, and at most %d are read", count,
				   LIST_MAX);
	return 0;
}

static int read_labels(const struct cursor *object, struct observation *observation,
		       struct error *err)
{
	struct cursor at, member;
	const char *key, *text;
	json_t *value;
	int r;

	if (!cursor_member(object, "labels", &at))
		return 0;
	if ((r = cursor_check_object(&at, err)) < 0 ||
	    (r = check_count(&at, json_object_size(at.value), err)) < 0)
		return r;
	json_object_foreach((json_t *)at.value, key, value) {
		member = (struct cursor){ value, &at, key, 0 };
		if ((r = cursor_get_string(&member, &text, err)) < 0 ||
		    (r = observation_add_label(observation, key, text, err)) < 0)
			return r;
	}
	return 0;
}

static int seccomp_mode_from_name(const char *name)
{
	if (strcmp(name, "filtered") == 0)
		return SECCOMP_MODE_FILTERED;
	return strcmp(name, "unconfined") == 0 ? SECCOMP_MODE_UNCONFINED : -ENOENT;
}

/* Reads what confined the container. */
static int read_confinement(const struct cursor *object, const struct recording_profiles *profiles,
			    struct observation *observation, struct error *err)
{
	struct cursor at, element;
	const char *text;
	size_t i, length;
	bool truth;
	int r;

	if (cursor_member(object, "seccomp", &at)) {
		r = recording_read_name(object, "seccomp", seccomp_mode_from_name, err);
		if (r < 0)
			return r;
		observation->seccomp = r;
	}
	observation->no_new_privs = TRISTATE_UNKNOWN;
	if (cursor_member(object, "noNewPrivs", &at)) {
		if ((r = cursor_get_bool(&at, &truth, err)) < 0)
			return r;
		observation->no_new_privs = truth ? TRISTATE_YES : TRISTATE_NO;
	}
	if (cursor_member(object, "profile", &at) &&
	    (r = recording_profiles_take(profiles, &at, &observation->applied_profile, err)) < 0)
		return r;
	if (!cursor_member(object, "capabilities", &at))
		return 0;
	observation->capabilities_known = true;
	if ((r = cursor_get_length(&at, &length, err)) < 0 ||
	    (r = check_count(&at, length, err)) < 0)
		return r;
	for (i = 0; i < length; i++) {
		element = cursor_element(&at, i);
		if ((r = cursor_get_string(&element, &text, err)) < 0 ||
		    (r = observation_add_capability(observation, text, err)) < 0)
			return r;
	}
	return 0;
}

static int read_losses(const struct cursor *object, struct observation *observation,
		       struct error *err)
{
	const char *names[LOSS_COUNT + 1] = {};
	struct cursor at, member;
	int loss, r;

	if (!cursor_member(object, "losses", &at))
		return 0;
	for (loss = 0; loss < LOSS_COUNT; loss++)
		names[loss] = loss_name(loss);
	r = cursor_check_members(&at, names, err);
	if (r < 0)
		return r;
	for (loss = 0; loss < LOSS_COUNT; loss++) {
		if (!cursor_member(&at, loss_name(loss), &member))
			continue;
		r = cursor_get_number(&member, INT64_MAX, &observation->losses[loss], err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Refuses a file that claims to be complete although its losses or reasons say otherwise. */
static int check_complete(const struct cursor *object, bool complete, struct error *err)
{
	struct cursor at;
	bool claim;
	int r;

	if ((r = cursor_required(object, "complete", &at, err)) < 0 ||
	    (r = cursor_get_bool(&at, &claim, err)) < 0)
		return r;
	if (claim != complete)
		return cursor_fail(&at, err, "the losses and reasons say %s",
				   complete ? "true" : "false");
	return 0;
}

static int read_completeness(const struct cursor *object, struct observation *observation,
			     struct error *err)
{
	struct cursor reasons, element;
	const char *text;
	size_t i, length;
	int r;

	r = read_losses(object, observation, err);
	if (r < 0)
		return r;
	if (cursor_member(object, "reasons", &reasons)) {
		if ((r = cursor_get_length(&reasons, &length, err)) < 0 ||
		    (r = check_count(&reasons, length, err)) < 0)
			return r;
		for (i = 0; i < length; i++) {
			element = cursor_element(&reasons, i);
			if ((r = cursor_get_string(&element, &text, err)) < 0 ||
			    (r = observation_add_reason(observation, err, "%s", text)) < 0)
				return r;
		}
	}
	return check_complete(object, observation_complete(observation), err);
}

static int read_folded(const struct cursor *object, uint64_t *ret_folded, struct error *err)
{
	struct cursor at;

	return cursor_member(object, "folded", &at) ?
		       cursor_get_number(&at, INT64_MAX, ret_folded, err) :
		       0;
}

static int read_observation(const struct cursor *at, const struct context *context,
			    struct observation *observation, struct error *err)
{
	static const char *const fields[] = {
		"container", "pod",	"labels",      "node",	 "kernel",	 "machine",
		"runtime",   "seccomp", "noNewPrivs",  "start",	 "capabilities", "end",
		"complete",  "reasons", "attribution", "losses", "systemCalls",	 "denied",
		"folded",    "profile", "engine",      NULL,
	};
	int r;

	if ((r = cursor_check_members(at, fields, err)) < 0 ||
	    (r = recording_read_name(at, "machine", machine_from_name, err)) < 0)
		return r;
	observation->machine = r;
	if ((r = read_container(at, observation, err)) < 0 ||
	    (r = read_pod(at, observation, err)) < 0 ||
	    (r = read_labels(at, observation, err)) < 0 ||
	    (r = cursor_copy_string(at, "node", &observation->node, err)) < 0 ||
	    (r = cursor_copy_string(at, "kernel", &observation->kernel, err)) < 0 ||
	    (r = read_program(at, "runtime", &observation->runtime, &observation->runtime_version,
			      err)) < 0 ||
	    (r = read_program(at, "engine", &observation->engine, &observation->engine_version,
			      err)) < 0 ||
	    (r = read_confinement(at, &context->profiles, observation, err)) < 0 ||
	    (r = recording_read_time(at, "start", &observation->start, err)) < 0 ||
	    (r = recording_read_time(at, "end", &observation->end, err)) < 0 ||
	    (r = read_folded(at, &observation->folded, err)) < 0 ||
	    (r = cursor_copy_string(at, "attribution", &observation->attribution, err)) < 0 ||
	    (r = read_completeness(at, observation, err)) < 0)
		return r;
	return read_calls(at, context, observation, err);
}

static int add_observation(const struct cursor *at, const struct context *context,
			   struct recording_union *observations, struct error *err)
{
	_cleanup_observation_ struct observation observation = {};
	int r = read_observation(at, context, &observation, err);

	return r < 0 ? r : recording_union_add(observations, &observation, err);
}

/* Reads the elements of an array that was cut out of the document. */
static int read_elements(struct json_elements elements, const struct context *context,
			 struct recording_union *observations, struct error *err)
{
	struct json_span element;
	int r;

	while ((r = json_elements_next(&elements, &element)) > 0) {
		_cleanup_json_ json_t *tree = NULL;
		struct cursor at = {};

		r = tree_parse("an observation", element.text, element.size, &tree, err);
		at.value = tree;
		if (r == 0)
			r = add_observation(&at, context, observations, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int read_observations(const struct cursor *at, const struct context *context,
			     struct recording_union *observations, struct error *err)
{
	size_t i, length;
	int r = cursor_get_length(at, &length, err);

	for (i = 0; i < length && r == 0; i++) {
		struct cursor element = cursor_element(at, i);

		r = add_observation(&element, context, observations, err);
	}
	return r;
}

/* Reads the format, and whether its version has arguments. */
static int read_format(const struct cursor *at, bool *ret_with_arguments, struct error *err)
{
	struct cursor format;
	const char *text = NULL;
	int r = cursor_require_string(at, "format", &format, &text, err);

	if (r < 0)
		return r;
	*ret_with_arguments = strcmp(text, RECORDING_FORMAT) == 0;
	return *ret_with_arguments || strcmp(text, RECORDING_FORMAT_V1) == 0 ?
		       0 :
		       cursor_fail(&format, err, "\"%s\" is not " RECORDING_FORMAT, text);
}

static void context_finish(struct context *context)
{
	recording_profiles_finish(&context->profiles);
}

/* elements is what was cut out of the array of observations; NULL if nothing was. */
static int read_recording(const struct cursor *at, const struct json_elements *elements,
			  struct recording *recording, struct error *err)
{
	static const char *const fields[] = { "format",	  "name",	  "complete",
					      "profiles", "observations", NULL };
	_cleanup_(context_finish) struct context context = {};
	_cleanup_recording_union_ struct recording_union observations = {};
	struct cursor array, applied;
	int r;

	if ((r = read_format(at, &context.with_arguments, err)) < 0 ||
	    (r = cursor_check_members(at, fields, err)) < 0 ||
	    (r = cursor_copy_string(at, "name", &observations.name, err)) < 0 ||
	    (cursor_member(at, "profiles", &applied) &&
	     (r = recording_profiles_read(&applied, &context.profiles, err)) < 0) ||
	    (r = cursor_required(at, "observations", &array, err)) < 0 ||
	    (r = read_observations(&array, &context, &observations, err)) < 0 ||
	    (elements && (r = read_elements(*elements, &context, &observations, err)) < 0) ||
	    (r = recording_union_take(&observations, recording, err)) < 0)
		return r;
	return check_complete(at, recording_complete(recording), err);
}

/* Parses a document without the observations that were cut out. */
static int parse_frame(const char *text, size_t size, const struct json_elements *first,
		       json_t **ret_tree, struct error *err)
{
	struct json_elements rest = *first;
	_cleanup_free_ char *frame = NULL;
	struct json_span element;
	size_t before = first->at - text, after;
	int r;

	do
		r = json_elements_next(&rest, &element);
	while (r > 0);
	if (r < 0)
		return r;
	after = text + size - rest.at;
	frame = malloc(before + after);
	if (!frame)
		return error_nomem(err);
	memcpy(frame, text, before);
	memcpy(frame + before, rest.at, after);
	return tree_parse("a recording", frame, before + after, ret_tree, err);
}

/* Reads one observation at a time. */
static int read_piecewise(const char *text, size_t size, struct recording *recording,
			  struct error *err)
{
	_cleanup_json_ json_t *tree = NULL;
	struct json_elements elements;
	struct cursor at = {};
	int r;

	if (!json_elements_find(text, size, "observations", &elements))
		return -EINVAL;
	r = parse_frame(text, size, &elements, &tree, err);
	at.value = tree;
	return r < 0 ? r : read_recording(&at, &elements, recording, err);
}

static int read_whole(const struct tree_source *source, struct recording *recording,
		      struct error *err)
{
	struct cursor at = { .source = source };
	_cleanup_json_ json_t *tree = NULL;
	int r = tree_parse(source->name, source->text, source->size, &tree, err);

	at.value = tree;
	return r < 0 ? r : read_recording(&at, NULL, recording, err);
}

/*
 * A tree of JSON values of a whole recording takes ten times the memory of the text, which is too much
 * for thousands of containers. It is only made to say where something is wrong.
 */
int recording_read(const char *name, const char *text, size_t size, struct recording *ret_recording,
		   struct error *err)
{
	const struct tree_source source = { .name = name, .text = text, .size = size };
	_cleanup_recording_ struct recording recording = {};
	_cleanup_error_ struct error why = ERROR_INIT;
	int r = read_piecewise(text, size, &recording, &why);

	if (r == -ENOMEM)
		return error_copy(err, &why);
	if (r < 0) {
		recording_finish(&recording);
		r = read_whole(&source, &recording, err);
	}
	if (r < 0)
		return r;
	*ret_recording = recording;
	recording = (struct recording){};
	return 0;
}
