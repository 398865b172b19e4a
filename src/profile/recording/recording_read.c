// SPDX-License-Identifier: Apache-2.0
#include "profile/recording/recording_format.h"

#include <errno.h>
#include <string.h>

#include "profile/recording/recording.h"
#include "profile/recording/recording_calls.h"
#include "profile/recording/recording_profiles.h"
#include "profile/recording/recording_union.h"
#include "json/json.h"
#include "json/json_scan.h"
#include "util/error.h"
#include "util/str.h"

/* The members that are read from the text: in the tree of an object they are null. */
static const char *const recording_cut[] = { "observations", NULL };

enum observation_cut {
	CUT_CALLS,
	CUT_DENIED,
	CUT_COUNT,
};

static const char *const observation_cut[CUT_COUNT + 1] = { "systemCalls", "denied" };

/*
 * The value of a member that holds one of the names which from_name() knows. Unknown ones are
 * refused.
 */
static int read_name(const struct json_at *object, const char *key, int (*from_name)(const char *),
		     struct error *err)
{
	struct json_at at;
	const char *text = NULL;
	int ret;

	ret = json_required_text(object, key, &at, &text, err);
	if (ret < 0)
		return ret;
	ret = from_name(text);
	return ret < 0 ? json_refuse(&at, err, "\"%s\" is not known here", text) : ret;
}

static int read_time(const struct json_at *object, const char *key, int64_t *ret_time,
		     struct error *err)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	struct json_at at;
	const char *text;
	int ret;

	if (!json_member(object, key, &at))
		return 0;
	ret = json_text(&at, &text, err);
	if (ret < 0)
		return ret;
	if (str_parse_time(text, ret_time, &problem) < 0)
		return json_refuse(&at, err, "%s", error_message(&problem));
	return 0;
}

/* The text of a required array that was cut out; anything else than an array is refused. */
static int cut_array(const struct json_at *object, const char *key, struct json_slice cut,
		     struct json_at *ret_at, struct error *err)
{
	_cleanup_json_ json_t *tree = NULL;
	struct json_at at;
	size_t length;
	int ret;

	if ((ret = json_required(object, key, &at, err)) < 0)
		return ret;
	if (*cut.begin != '[') {
		if ((ret = json_slice_tree(cut, &tree, err)) < 0)
			return ret;
		at.value = tree;
		return json_array_length(&at, &length, err);
	}
	*ret_at = at;
	return 0;
}

static int read_calls(const struct json_at *object, const char *key, struct json_slice cut,
		      bool with_origin, enum machine machine, struct call_set *calls,
		      struct error *err)
{
	struct json_at at;
	int ret = cut_array(object, key, cut, &at, err);

	return ret < 0 ? ret : recording_read_calls(&at, cut, machine, with_origin, calls, err);
}

static int read_container(const struct json_at *object, struct observation *observation,
			  struct error *err)
{
	static const char *const fields[] = { "name", "id", "image", "imageDigest", NULL };
	struct json_at at;
	int ret;

	if (!json_member(object, "container", &at))
		return 0;
	if ((ret = json_object_only(&at, fields, err)) < 0 ||
	    (ret = json_copy_text(&at, "name", &observation->container_name, err)) < 0 ||
	    (ret = json_copy_text(&at, "id", &observation->container_id, err)) < 0 ||
	    (ret = json_copy_text(&at, "image", &observation->image, err)) < 0)
		return ret;
	return json_copy_text(&at, "imageDigest", &observation->image_digest, err);
}

static int read_pod(const struct json_at *object, struct observation *observation,
		    struct error *err)
{
	static const char *const fields[] = { "name", "namespace", "uid", NULL };
	struct json_at at;
	int ret;

	if (!json_member(object, "pod", &at))
		return 0;
	if ((ret = json_object_only(&at, fields, err)) < 0 ||
	    (ret = json_copy_text(&at, "name", &observation->pod_name, err)) < 0 ||
	    (ret = json_copy_text(&at, "namespace", &observation->pod_namespace, err)) < 0)
		return ret;
	return json_copy_text(&at, "uid", &observation->pod_uid, err);
}

/* A program: its name and its version. */
static int read_program(const struct json_at *object, const char *key, char **name, char **version,
			struct error *err)
{
	static const char *const fields[] = { "name", "version", NULL };
	struct json_at at;
	int ret;

	if (!json_member(object, key, &at))
		return 0;
	if ((ret = json_object_only(&at, fields, err)) < 0 ||
	    (ret = json_copy_text(&at, "name", name, err)) < 0)
		return ret;
	return json_copy_text(&at, "version", version, err);
}

/*
 * More labels, reasons or capabilities than anything has; they are kept sorted one by one, which takes
 * the square of their number.
 */
#define LIST_MAX 4096

static int check_count(const struct json_at *at, size_t count, struct error *err)
{
	if (count > LIST_MAX)
		return json_refuse(at, err, "it has %zu entries, and at most %d are read", count,
				   LIST_MAX);
	return 0;
}

static int read_labels(const struct json_at *object, struct observation *observation,
		       struct error *err)
{
	struct json_at at, member;
	const char *key, *text;
	json_t *value;
	int ret;

	if (!json_member(object, "labels", &at))
		return 0;
	if ((ret = json_any_object(&at, err)) < 0 ||
	    (ret = check_count(&at, json_object_size(at.value), err)) < 0)
		return ret;
	json_object_foreach((json_t *)at.value, key, value) {
		member = (struct json_at){ value, &at, key, 0 };
		if ((ret = json_text(&member, &text, err)) < 0 ||
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

/* What the container ran under. */
static int read_confinement(const struct json_at *object, const struct recording_profiles *profiles,
			    struct observation *observation, struct error *err)
{
	struct json_at at, element;
	const char *text;
	size_t i, length;
	bool truth;
	int ret;

	if (json_member(object, "seccomp", &at)) {
		ret = read_name(object, "seccomp", seccomp_mode_from_name, err);
		if (ret < 0)
			return ret;
		observation->seccomp = ret;
	}
	observation->no_new_privs = TRISTATE_UNKNOWN;
	if (json_member(object, "noNewPrivs", &at)) {
		if ((ret = json_truth(&at, &truth, err)) < 0)
			return ret;
		observation->no_new_privs = truth ? TRISTATE_YES : TRISTATE_NO;
	}
	if (json_member(object, "profile", &at) &&
	    (ret = recording_profiles_take(profiles, &at, &observation->applied_profile, err)) < 0)
		return ret;
	if (!json_member(object, "capabilities", &at))
		return 0;
	observation->capabilities_known = true;
	if ((ret = json_array_length(&at, &length, err)) < 0 ||
	    (ret = check_count(&at, length, err)) < 0)
		return ret;
	for (i = 0; i < length; i++) {
		element = json_element(&at, i);
		if ((ret = json_text(&element, &text, err)) < 0 ||
		    (ret = observation_add_capability(observation, text, err)) < 0)
			return ret;
	}
	return 0;
}

static int read_losses(const struct json_at *object, struct observation *observation,
		       struct error *err)
{
	const char *names[LOSS_COUNT + 1] = { 0 };
	struct json_at at, member;
	int loss, ret;

	if (!json_member(object, "losses", &at))
		return 0;
	for (loss = 0; loss < LOSS_COUNT; loss++)
		names[loss] = loss_name(loss);
	ret = json_object_only(&at, names, err);
	if (ret < 0)
		return ret;
	for (loss = 0; loss < LOSS_COUNT; loss++) {
		if (!json_member(&at, loss_name(loss), &member))
			continue;
		ret = json_number(&member, INT64_MAX, &observation->losses[loss], err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* "complete" follows from the losses and the reasons; a file that claims more is refused. */
static int check_complete(const struct json_at *object, bool complete, struct error *err)
{
	struct json_at at;
	bool claim;
	int ret;

	if ((ret = json_required(object, "complete", &at, err)) < 0 ||
	    (ret = json_truth(&at, &claim, err)) < 0)
		return ret;
	if (claim != complete)
		return json_refuse(&at, err, "the losses and reasons say %s",
				   complete ? "true" : "false");
	return 0;
}

static int read_completeness(const struct json_at *object, struct observation *observation,
			     struct error *err)
{
	struct json_at reasons, element;
	const char *text;
	size_t i, length;
	int ret;

	ret = read_losses(object, observation, err);
	if (ret < 0)
		return ret;
	if (json_member(object, "reasons", &reasons)) {
		if ((ret = json_array_length(&reasons, &length, err)) < 0 ||
		    (ret = check_count(&reasons, length, err)) < 0)
			return ret;
		for (i = 0; i < length; i++) {
			element = json_element(&reasons, i);
			if ((ret = json_text(&element, &text, err)) < 0 ||
			    (ret = observation_add_reason(observation, err, "%s", text)) < 0)
				return ret;
		}
	}
	return check_complete(object, observation_complete(observation), err);
}

static int read_folded(const struct json_at *object, uint64_t *ret_folded, struct error *err)
{
	struct json_at at;

	return json_member(object, "folded", &at) ? json_number(&at, INT64_MAX, ret_folded, err) :
						    0;
}

static int read_observation(const struct json_at *at, const struct json_slice cut[CUT_COUNT],
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

	if ((ret = json_object_only(at, fields, err)) < 0 ||
	    (ret = read_name(at, "machine", machine_from_name, err)) < 0)
		return ret;
	machine = ret;
	observation->machine = machine;
	if ((ret = read_container(at, observation, err)) < 0 ||
	    (ret = read_pod(at, observation, err)) < 0 ||
	    (ret = read_labels(at, observation, err)) < 0 ||
	    (ret = json_copy_text(at, "node", &observation->node, err)) < 0 ||
	    (ret = json_copy_text(at, "kernel", &observation->kernel, err)) < 0 ||
	    (ret = read_program(at, "runtime", &observation->runtime, &observation->runtime_version,
				err)) < 0 ||
	    (ret = read_program(at, "engine", &observation->engine, &observation->engine_version,
				err)) < 0 ||
	    (ret = read_confinement(at, profiles, observation, err)) < 0 ||
	    (ret = read_time(at, "start", &observation->start, err)) < 0 ||
	    (ret = read_time(at, "end", &observation->end, err)) < 0 ||
	    (ret = read_folded(at, &observation->folded, err)) < 0 ||
	    (ret = json_copy_text(at, "attribution", &observation->attribution, err)) < 0 ||
	    (ret = read_completeness(at, observation, err)) < 0 ||
	    (ret = read_calls(at, "systemCalls", cut[CUT_CALLS], true, machine, &observation->calls,
			      err)) < 0)
		return ret;
	return read_calls(at, "denied", cut[CUT_DENIED], false, machine, &observation->denied, err);
}

/* One observation after the other, each as a tree without its calls. */
static int read_observations(const struct json_at *at, struct json_slice array,
			     const struct recording_profiles *profiles,
			     struct recording_union *observations, struct error *err)
{
	struct json_scan scan = { .at = array.begin, .end = array.end };
	struct json_at element = { .parent = at };
	int ret;

	json_scan_open(&scan, '[');
	for (; json_scan_more(&scan, ']'); element.index++) {
		_cleanup_observation_ struct observation observation = { 0 };
		_cleanup_json_ json_t *tree = NULL;
		struct json_slice cut[CUT_COUNT];

		if ((ret = json_scan_outline(&scan, observation_cut, &tree, cut, err)) < 0)
			return ret;
		element.value = tree;
		if ((ret = read_observation(&element, cut, profiles, &observation, err)) < 0 ||
		    (ret = recording_union_add(observations, &observation, err)) < 0)
			return ret;
	}
	return scan.failed ? error_set(err, EBADMSG, "not JSON") : 0;
}

static int read_recording(const struct json_at *at, struct json_slice cut,
			  struct recording *recording, struct error *err)
{
	static const char *const fields[] = { "format",	  "name",	  "complete",
					      "profiles", "observations", NULL };
	_cleanup_recording_profiles_ struct recording_profiles profiles = { 0 };
	_cleanup_recording_union_ struct recording_union observations = { 0 };
	struct json_at format, array, applied;
	const char *text = NULL;
	int ret;

	if ((ret = json_required(at, "format", &format, err)) < 0 ||
	    (ret = json_text(&format, &text, err)) < 0)
		return ret;
	if (strcmp(text, RECORDING_FORMAT) != 0)
		return json_refuse(&format, err, "\"%s\" is not %s", text, RECORDING_FORMAT);
	if ((ret = json_object_only(at, fields, err)) < 0 ||
	    (ret = json_copy_text(at, "name", &observations.name, err)) < 0 ||
	    (json_member(at, "profiles", &applied) &&
	     (ret = recording_profiles_read(&applied, &profiles, err)) < 0) ||
	    (ret = cut_array(at, "observations", cut, &array, err)) < 0 ||
	    (ret = read_observations(&array, cut, &profiles, &observations, err)) < 0 ||
	    (ret = recording_union_take(&observations, recording, err)) < 0)
		return ret;
	return check_complete(at, recording_complete(recording), err);
}

/* What is wrong with a text that is not JSON: jansson says where. */
static int refuse_text(const struct json_source *source, struct error *err)
{
	_cleanup_json_ json_t *root = NULL;
	int ret;

	error_finish(err);
	ret = json_parse(source->name, source->text, source->size, &root, err);
	return ret < 0 ? ret : error_set(err, EINVAL, "%s: this is no recording", source->name);
}

int recording_read(const char *name, const char *text, size_t size, struct recording *ret_recording,
		   struct error *err)
{
	const struct json_source source = { .name = name, .text = text, .size = size };
	_cleanup_recording_ struct recording recording = { 0 };
	struct json_scan scan = { .at = text, .end = text + size };
	struct json_at at = { .source = &source };
	_cleanup_json_ json_t *tree = NULL;
	struct json_slice cut;
	int ret;

	ret = json_scan_outline(&scan, recording_cut, &tree, &cut, err);
	if (ret == 0 && !json_scan_ends(&scan))
		ret = error_set(err, EBADMSG, "not JSON");
	if (ret == 0) {
		at.value = tree;
		ret = read_recording(&at, cut, &recording, err);
	}
	if (ret == -EBADMSG)
		return refuse_text(&source, err);
	if (ret < 0)
		return ret;
	*ret_recording = recording;
	recording = (struct recording){ 0 };
	return 0;
}
