// SPDX-License-Identifier: Apache-2.0
#include "profile/recording_format.h"

#include <errno.h>
#include <string.h>

#include "profile/json.h"
#include "profile/recording.h"
#include "util/error.h"
#include "util/str.h"

/* The largest number that BPF can hand over; 32-bit ARM's private calls are at 0xf0000. */
#define CALL_NR_MAX 0x3fffffff

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

	if ((ret = json_required(object, key, &at, err)) < 0 ||
	    (ret = json_text(&at, &text, err)) < 0)
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

static int read_process(const struct json_at *object, struct call *call, struct error *err)
{
	struct json_at at;
	const char *text;
	int ret;

	if (!json_member(object, "process", &at))
		return 0;
	ret = json_text(&at, &text, err);
	if (ret < 0)
		return ret;
	if (strlen(text) >= sizeof(call->process))
		return json_refuse(&at, err, "a process name has at most %zu bytes",
				   sizeof(call->process) - 1);
	strcpy(call->process, text);
	return 0;
}

/* The name says what the number says already; one that contradicts it is a forged file. */
static int check_call_name(const struct json_at *object, enum machine machine,
			   const struct call *call, struct error *err)
{
	const char *text, *name = syscall_name(machine, call->abi, call->nr);
	struct json_at at;
	int ret;

	if (!json_member(object, "name", &at))
		return 0;
	ret = json_text(&at, &text, err);
	if (ret < 0)
		return ret;
	if (name && strcmp(name, text) != 0)
		return json_refuse(&at, err, "number %u of ABI %s is %s, not %s", call->nr,
				   abi_name(call->abi), name, text);
	return 0;
}

static int read_call(const struct json_at *at, enum machine machine, bool with_origin,
		     struct call *ret_call, struct error *err)
{
	static const char *const allowed[] = { "nr",	  "name",   "abi", "firstSeen",
					       "process", "origin", NULL };
	static const char *const denied[] = { "nr", "name", "abi", "firstSeen", "process", NULL };
	struct call call = { 0 };
	struct json_at nr;
	uint64_t number = 0;
	int ret;

	if ((ret = json_object_only(at, with_origin ? allowed : denied, err)) < 0 ||
	    (ret = json_required(at, "nr", &nr, err)) < 0 ||
	    (ret = json_number(&nr, CALL_NR_MAX, &number, err)) < 0 ||
	    (ret = read_name(at, "abi", abi_from_name, err)) < 0)
		return ret;
	call.nr = number;
	call.abi = ret;
	if (!abi_scmp_arch(machine, call.abi))
		return json_refuse(at, err, "%s has no ABI %s", machine_name(machine),
				   abi_name(call.abi));
	if (with_origin) {
		ret = read_name(at, "origin", origin_from_name, err);
		if (ret < 0)
			return ret;
		call.origin = ret;
	}
	if ((ret = read_time(at, "firstSeen", &call.first_seen, err)) < 0 ||
	    (ret = read_process(at, &call, err)) < 0 ||
	    (ret = check_call_name(at, machine, &call, err)) < 0)
		return ret;
	*ret_call = call;
	return 0;
}

static int read_calls(const struct json_at *object, const char *key, enum machine machine,
		      bool with_origin, struct call_set *calls, struct error *err)
{
	struct json_at array, element;
	struct call call;
	size_t i, length;
	int ret;

	if ((ret = json_required(object, key, &array, err)) < 0 ||
	    (ret = json_array_length(&array, &length, err)) < 0)
		return ret;
	for (i = 0; i < length; i++) {
		element = json_element(&array, i);
		if ((ret = read_call(&element, machine, with_origin, &call, err)) < 0)
			return ret;
		if (call_set_find(calls, call.abi, call.nr))
			return json_refuse(&element, err, "this call is there twice");
		if ((ret = call_set_add(calls, &call, err)) < 0)
			return ret;
	}
	return 0;
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

static int read_runtime(const struct json_at *object, struct observation *observation,
			struct error *err)
{
	static const char *const fields[] = { "name", "version", NULL };
	struct json_at at;
	int ret;

	if (!json_member(object, "runtime", &at))
		return 0;
	if ((ret = json_object_only(&at, fields, err)) < 0 ||
	    (ret = json_copy_text(&at, "name", &observation->runtime, err)) < 0)
		return ret;
	return json_copy_text(&at, "version", &observation->runtime_version, err);
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
	ret = json_any_object(&at, err);
	if (ret < 0)
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
static int read_confinement(const struct json_at *object, struct observation *observation,
			    struct error *err)
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
	if (!json_member(object, "capabilities", &at))
		return 0;
	observation->capabilities_known = true;
	if ((ret = json_array_length(&at, &length, err)) < 0)
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
		if ((ret = json_array_length(&reasons, &length, err)) < 0)
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

static int read_observation(const struct json_at *at, struct observation *observation,
			    struct error *err)
{
	static const char *const fields[] = {
		"container",	"pod",	       "labels",   "node",	 "kernel",
		"machine",	"runtime",     "seccomp",  "noNewPrivs", "start",
		"capabilities", "end",	       "complete", "reasons",	 "attribution",
		"losses",	"systemCalls", "denied",   "folded",	 NULL,
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
	    (ret = read_runtime(at, observation, err)) < 0 ||
	    (ret = read_confinement(at, observation, err)) < 0 ||
	    (ret = read_time(at, "start", &observation->start, err)) < 0 ||
	    (ret = read_time(at, "end", &observation->end, err)) < 0 ||
	    (ret = read_folded(at, &observation->folded, err)) < 0 ||
	    (ret = json_copy_text(at, "attribution", &observation->attribution, err)) < 0 ||
	    (ret = read_completeness(at, observation, err)) < 0 ||
	    (ret = read_calls(at, "systemCalls", machine, true, &observation->calls, err)) < 0)
		return ret;
	return read_calls(at, "denied", machine, false, &observation->denied, err);
}

static int read_recording(const struct json_at *at, struct recording *recording, struct error *err)
{
	static const char *const fields[] = { "format", "name", "complete", "observations", NULL };
	struct json_at format, observations, element;
	const char *text;
	size_t i, length;
	int ret;

	if ((ret = json_required(at, "format", &format, err)) < 0 ||
	    (ret = json_text(&format, &text, err)) < 0)
		return ret;
	if (strcmp(text, RECORDING_FORMAT) != 0)
		return json_refuse(&format, err, "\"%s\" is not %s", text, RECORDING_FORMAT);
	if ((ret = json_object_only(at, fields, err)) < 0 ||
	    (ret = json_copy_text(at, "name", &recording->name, err)) < 0 ||
	    (ret = json_required(at, "observations", &observations, err)) < 0 ||
	    (ret = json_array_length(&observations, &length, err)) < 0)
		return ret;
	for (i = 0; i < length; i++) {
		_cleanup_observation_ struct observation observation = { 0 };

		element = json_element(&observations, i);
		if ((ret = read_observation(&element, &observation, err)) < 0 ||
		    (ret = recording_add(recording, &observation, err)) < 0)
			return ret;
	}
	return check_complete(at, recording_complete(recording), err);
}

int recording_read(const char *name, const char *text, size_t size, struct recording *ret_recording,
		   struct error *err)
{
	_cleanup_recording_ struct recording recording = { 0 };
	_cleanup_json_ json_t *root = NULL;
	const struct json_source source = { .name = name, .text = text, .size = size };
	struct json_at at = { .source = &source };
	int ret;

	ret = json_parse(name, text, size, &root, err);
	if (ret < 0)
		return ret;
	at.value = root;
	ret = read_recording(&at, &recording, err);
	if (ret < 0)
		return ret;
	*ret_recording = recording;
	recording = (struct recording){ 0 };
	return 0;
}
