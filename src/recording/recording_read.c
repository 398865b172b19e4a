// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_format.h"

#include <errno.h>
#include <string.h>

#include "recording/recording.h"
#include "recording/recording_calls.h"
#include "recording/recording_profiles.h"
#include "recording/recording_union.h"
#include "recording/recording_values.h"
#include "json/cursor.h"
#include "util/error.h"

static int read_calls(const struct cursor *object, const char *key, bool with_origin,
		      enum machine machine, struct call_set *calls, struct error *err)
{
	struct cursor at;
	int ret = cursor_required(object, key, &at, err);

	return ret < 0 ? ret : recording_read_calls(&at, machine, with_origin, calls, err);
}

static int read_container(const struct cursor *object, struct observation *observation,
			  struct error *err)
{
	static const char *const fields[] = { "name", "id", "image", "imageDigest", NULL };
	struct cursor at;
	int ret;

	if (!cursor_member(object, "container", &at))
		return 0;
	if ((ret = cursor_check_members(&at, fields, err)) < 0 ||
	    (ret = cursor_copy_string(&at, "name", &observation->container_name, err)) < 0 ||
	    (ret = cursor_copy_string(&at, "id", &observation->container_id, err)) < 0 ||
	    (ret = cursor_copy_string(&at, "image", &observation->image, err)) < 0)
		return ret;
	return cursor_copy_string(&at, "imageDigest", &observation->image_digest, err);
}

static int read_pod(const struct cursor *object, struct observation *observation, struct error *err)
{
	static const char *const fields[] = { "name", "namespace", "uid", NULL };
	struct cursor at;
	int ret;

	if (!cursor_member(object, "pod", &at))
		return 0;
	if ((ret = cursor_check_members(&at, fields, err)) < 0 ||
	    (ret = cursor_copy_string(&at, "name", &observation->pod_name, err)) < 0 ||
	    (ret = cursor_copy_string(&at, "namespace", &observation->pod_namespace, err)) < 0)
		return ret;
	return cursor_copy_string(&at, "uid", &observation->pod_uid, err);
}

/* Reads the name and the version of a program. */
static int read_program(const struct cursor *object, const char *key, char **name, char **version,
			struct error *err)
{
	static const char *const fields[] = { "name", "version", NULL };
	struct cursor at;
	int ret;

	if (!cursor_member(object, key, &at))
		return 0;
	if ((ret = cursor_check_members(&at, fields, err)) < 0 ||
	    (ret = cursor_copy_string(&at, "name", name, err)) < 0)
		return ret;
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
	int ret;

	if (!cursor_member(object, "labels", &at))
		return 0;
	if ((ret = cursor_check_object(&at, err)) < 0 ||
	    (ret = check_count(&at, json_object_size(at.value), err)) < 0)
		return ret;
	json_object_foreach((json_t *)at.value, key, value) {
		member = (struct cursor){ value, &at, key, 0 };
		if ((ret = cursor_get_string(&member, &text, err)) < 0 ||
		    (ret = observation_add_label(observation, key, text, err)) < 0)
			return ret;
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
	int ret;

	if (cursor_member(object, "seccomp", &at)) {
		ret = recording_read_name(object, "seccomp", seccomp_mode_from_name, err);
		if (ret < 0)
			return ret;
		observation->seccomp = ret;
	}
	observation->no_new_privs = TRISTATE_UNKNOWN;
	if (cursor_member(object, "noNewPrivs", &at)) {
		if ((ret = cursor_get_bool(&at, &truth, err)) < 0)
			return ret;
		observation->no_new_privs = truth ? TRISTATE_YES : TRISTATE_NO;
	}
	if (cursor_member(object, "profile", &at) &&
	    (ret = recording_profiles_take(profiles, &at, &observation->applied_profile, err)) < 0)
		return ret;
	if (!cursor_member(object, "capabilities", &at))
		return 0;
	observation->capabilities_known = true;
	if ((ret = cursor_get_length(&at, &length, err)) < 0 ||
	    (ret = check_count(&at, length, err)) < 0)
		return ret;
	for (i = 0; i < length; i++) {
		element = cursor_element(&at, i);
		if ((ret = cursor_get_string(&element, &text, err)) < 0 ||
		    (ret = observation_add_capability(observation, text, err)) < 0)
			return ret;
	}
	return 0;
}

static int read_losses(const struct cursor *object, struct observation *observation,
		       struct error *err)
{
	const char *names[LOSS_COUNT + 1] = { 0 };
	struct cursor at, member;
	int loss, ret;

	if (!cursor_member(object, "losses", &at))
		return 0;
	for (loss = 0; loss < LOSS_COUNT; loss++)
		names[loss] = loss_name(loss);
	ret = cursor_check_members(&at, names, err);
	if (ret < 0)
		return ret;
	for (loss = 0; loss < LOSS_COUNT; loss++) {
		if (!cursor_member(&at, loss_name(loss), &member))
			continue;
		ret = cursor_get_number(&member, INT64_MAX, &observation->losses[loss], err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Refuses a file that claims to be complete although its losses or reasons say otherwise. */
static int check_complete(const struct cursor *object, bool complete, struct error *err)
{
	struct cursor at;
	bool claim;
	int ret;

	if ((ret = cursor_required(object, "complete", &at, err)) < 0 ||
	    (ret = cursor_get_bool(&at, &claim, err)) < 0)
		return ret;
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
	int ret;

	ret = read_losses(object, observation, err);
	if (ret < 0)
		return ret;
	if (cursor_member(object, "reasons", &reasons)) {
		if ((ret = cursor_get_length(&reasons, &length, err)) < 0 ||
		    (ret = check_count(&reasons, length, err)) < 0)
			return ret;
		for (i = 0; i < length; i++) {
			element = cursor_element(&reasons, i);
			if ((ret = cursor_get_string(&element, &text, err)) < 0 ||
			    (ret = observation_add_reason(observation, err, "%s", text)) < 0)
				return ret;
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

static int read_observation(const struct cursor *at,
			    const struct recording_profiles *profiles,
			    struct observation *observation, struct error *err)
{
	static const char *const fields[] = {
		"container", "pod",	"labels",      "node",	 "kernel",	 "machine",
		"runtime",   "seccomp", "noNewPrivs",  "start",	 "capabilities", "end",
		"complete",  "reasons", "attribution", "losses", "systemCalls",	 "denied",
		"folded",    "profile", "engine",      NULL,
	};
	enum machine machine;
	int ret;

	if ((ret = cursor_check_members(at, fields, err)) < 0 ||
	    (ret = recording_read_name(at, "machine", machine_from_name, err)) < 0)
		return ret;
	machine = ret;
	observation->machine = machine;
	if ((ret = read_container(at, observation, err)) < 0 ||
	    (ret = read_pod(at, observation, err)) < 0 ||
	    (ret = read_labels(at, observation, err)) < 0 ||
	    (ret = cursor_copy_string(at, "node", &observation->node, err)) < 0 ||
	    (ret = cursor_copy_string(at, "kernel", &observation->kernel, err)) < 0 ||
	    (ret = read_program(at, "runtime", &observation->runtime, &observation->runtime_version,
				err)) < 0 ||
	    (ret = read_program(at, "engine", &observation->engine, &observation->engine_version,
				err)) < 0 ||
	    (ret = read_confinement(at, profiles, observation, err)) < 0 ||
	    (ret = recording_read_time(at, "start", &observation->start, err)) < 0 ||
	    (ret = recording_read_time(at, "end", &observation->end, err)) < 0 ||
	    (ret = read_folded(at, &observation->folded, err)) < 0 ||
	    (ret = cursor_copy_string(at, "attribution", &observation->attribution, err)) < 0 ||
	    (ret = read_completeness(at, observation, err)) < 0 ||
	    (ret = read_calls(at, "systemCalls", true, machine, &observation->calls, err)) < 0)
		return ret;
	return read_calls(at, "denied", false, machine, &observation->denied, err);
}

static int read_observations(const struct cursor *at, const struct recording_profiles *profiles,
			     struct recording_union *observations, struct error *err)
{
	size_t i, length;
	int ret = cursor_get_length(at, &length, err);

	for (i = 0; i < length && ret == 0; i++) {
		_cleanup_observation_ struct observation observation = { 0 };
		struct cursor element = cursor_element(at, i);

		ret = read_observation(&element, profiles, &observation, err);
		if (ret == 0)
			ret = recording_union_add(observations, &observation, err);
	}
	return ret;
}

static int read_recording(const struct cursor *at, struct recording *recording, struct error *err)
{
	static const char *const fields[] = { "format",	  "name",	  "complete",
					      "profiles", "observations", NULL };
	_cleanup_recording_profiles_ struct recording_profiles profiles = { 0 };
	_cleanup_recording_union_ struct recording_union observations = { 0 };
	struct cursor format, array, applied;
	const char *text = NULL;
	int ret;

	if ((ret = cursor_required(at, "format", &format, err)) < 0 ||
	    (ret = cursor_get_string(&format, &text, err)) < 0)
		return ret;
	if (strcmp(text, RECORDING_FORMAT) != 0)
		return cursor_fail(&format, err, "\"%s\" is not %s", text, RECORDING_FORMAT);
	if ((ret = cursor_check_members(at, fields, err)) < 0 ||
	    (ret = cursor_copy_string(at, "name", &observations.name, err)) < 0 ||
	    (cursor_member(at, "profiles", &applied) &&
	     (ret = recording_profiles_read(&applied, &profiles, err)) < 0) ||
	    (ret = cursor_required(at, "observations", &array, err)) < 0 ||
	    (ret = read_observations(&array, &profiles, &observations, err)) < 0 ||
	    (ret = recording_union_take(&observations, recording, err)) < 0)
		return ret;
	return check_complete(at, recording_complete(recording), err);
}

int recording_read(const char *name, const char *text, size_t size, struct recording *ret_recording,
		   struct error *err)
{
	const struct tree_source source = { .name = name, .text = text, .size = size };
	_cleanup_recording_ struct recording recording = { 0 };
	struct cursor at = { .source = &source };
	_cleanup_json_ json_t *tree = NULL;
	int ret = tree_parse(name, text, size, &tree, err);

	if (ret < 0)
		return ret;
	at.value = tree;
	ret = read_recording(&at, &recording, err);
	if (ret < 0)
		return ret;
	*ret_recording = recording;
	recording = (struct recording){ 0 };
	return 0;
}
