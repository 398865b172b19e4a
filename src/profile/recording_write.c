// SPDX-License-Identifier: Apache-2.0
#include "profile/recording_format.h"

#include <errno.h>
#include <stdlib.h>

#include "profile/json.h"
#include "profile/recording.h"
#include "util/error.h"
#include "util/str.h"

/*
 * An object or array under construction. A member that could not be made (memory) is noticed
 * once, at the end: failed stays true.
 */
struct json_builder {
	bool failed;
};

static json_t *checked(struct json_builder *builder, json_t *value)
{
	if (!value)
		builder->failed = true;
	return value;
}

static void set(struct json_builder *builder, json_t *object, const char *key, json_t *value)
{
	if (!object || json_object_set_new(object, key, value) < 0)
		builder->failed = true;
}

static void append(struct json_builder *builder, json_t *array, json_t *value)
{
	if (!array || json_array_append_new(array, value) < 0)
		builder->failed = true;
}

/* What is not known is not written. */
static void set_text(struct json_builder *builder, json_t *object, const char *key,
		     const char *text)
{
	if (text)
		set(builder, object, key, json_from_text(text));
}

static void set_time(struct json_builder *builder, json_t *object, const char *key,
		     int64_t epoch_ns)
{
	char text[STR_TIME_SIZE];

	if (!epoch_ns)
		return;
	str_format_time(text, epoch_ns);
	set(builder, object, key, json_string(text));
}

/* An object that has nothing to say is left out. */
static void set_unless_empty(struct json_builder *builder, json_t *object, const char *key,
			     json_t *value)
{
	if (value && json_object_size(value) == 0 && json_array_size(value) == 0)
		json_decref(value);
	else
		set(builder, object, key, value);
}

static json_t *from_strings(struct json_builder *builder, char *const *strings, size_t count)
{
	json_t *array = checked(builder, json_array());
	size_t i;

	for (i = 0; i < count; i++)
		append(builder, array, json_from_text(strings[i]));
	return array;
}

static json_t *from_labels(struct json_builder *builder, const struct observation *observation)
{
	json_t *object = checked(builder, json_object());
	size_t i;

	for (i = 0; i < observation->label_count; i++)
		set_text(builder, object, observation->labels[i].key, observation->labels[i].value);
	return object;
}

static json_t *from_losses(struct json_builder *builder, const struct observation *observation)
{
	json_t *object = checked(builder, json_object());
	int loss;

	for (loss = 0; loss < LOSS_COUNT; loss++) {
		uint64_t count = observation->losses[loss];

		if (count)
			set(builder, object, loss_name(loss),
			    json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count));
	}
	return object;
}

static json_t *from_calls(struct json_builder *builder, enum machine machine,
			  const struct call_set *calls, bool with_origin)
{
	json_t *array = checked(builder, json_array());
	size_t i;

	for (i = 0; i < calls->length; i++) {
		const struct call *call = &calls->items[i];
		json_t *object = checked(builder, json_object());

		set(builder, object, "nr", json_integer(call->nr));
		set_text(builder, object, "name", syscall_name(machine, call->abi, call->nr));
		set_text(builder, object, "abi", abi_name(call->abi));
		if (with_origin)
			set_text(builder, object, "origin", origin_name(call->origin));
		set_time(builder, object, "firstSeen", call->first_seen);
		if (call->process[0])
			set_text(builder, object, "process", call->process);
		append(builder, array, object);
	}
	return array;
}

/* What ran, and where. */
static void set_subject(struct json_builder *builder, json_t *object,
			const struct observation *observation)
{
	json_t *container = checked(builder, json_object());
	json_t *pod = checked(builder, json_object());
	json_t *runtime = checked(builder, json_object());

	set_text(builder, container, "name", observation->container_name);
	set_text(builder, container, "id", observation->container_id);
	set_text(builder, container, "image", observation->image);
	set_text(builder, container, "imageDigest", observation->image_digest);
	set_unless_empty(builder, object, "container", container);
	set_text(builder, pod, "name", observation->pod_name);
	set_text(builder, pod, "namespace", observation->pod_namespace);
	set_text(builder, pod, "uid", observation->pod_uid);
	set_unless_empty(builder, object, "pod", pod);
	set_unless_empty(builder, object, "labels", from_labels(builder, observation));
	set_text(builder, object, "node", observation->node);
	set_text(builder, object, "kernel", observation->kernel);
	set_text(builder, object, "machine", machine_name(observation->machine));
	set_text(builder, runtime, "name", observation->runtime);
	set_text(builder, runtime, "version", observation->runtime_version);
	set_unless_empty(builder, object, "runtime", runtime);
}

static json_t *from_observation(struct json_builder *builder, const struct observation *observation)
{
	json_t *object = checked(builder, json_object());

	set_subject(builder, object, observation);
	if (observation->seccomp != SECCOMP_MODE_UNKNOWN)
		set_text(builder, object, "seccomp",
			 observation->seccomp == SECCOMP_MODE_FILTERED ? "filtered" : "unconfined");
	if (observation->no_new_privs != TRISTATE_UNKNOWN)
		set(builder, object, "noNewPrivs", json_boolean(observation->no_new_privs));
	if (observation->capabilities_known)
		set(builder, object, "capabilities",
		    from_strings(builder, observation->capabilities,
				 observation->capability_count));
	set_time(builder, object, "start", observation->start);
	set_time(builder, object, "end", observation->end);
	set_text(builder, object, "attribution", observation->attribution);
	set(builder, object, "complete", json_boolean(observation_complete(observation)));
	set_unless_empty(builder, object, "reasons",
			 from_strings(builder, observation->reasons, observation->reason_count));
	set_unless_empty(builder, object, "losses", from_losses(builder, observation));
	set(builder, object, "systemCalls",
	    from_calls(builder, observation->machine, &observation->calls, true));
	set(builder, object, "denied",
	    from_calls(builder, observation->machine, &observation->denied, false));
	return object;
}

int recording_write(const struct recording *recording, char **ret_text, struct error *err)
{
	struct json_builder builder = { 0 };
	_cleanup_json_ json_t *root = checked(&builder, json_object());
	_cleanup_free_ char *text = NULL;
	json_t *observations = checked(&builder, json_array());
	char *line;
	size_t i;

	for (i = 0; i < recording->observation_count; i++)
		append(&builder, observations,
		       from_observation(&builder, &recording->observations[i]));
	set_text(&builder, root, "format", RECORDING_FORMAT);
	set_text(&builder, root, "name", recording->name);
	set(&builder, root, "complete", json_boolean(recording_complete(recording)));
	set(&builder, root, "observations", observations);
	if (builder.failed)
		return error_nomem(err);
	text = json_dumps(root, JSON_INDENT(2));
	if (!text || asprintf(&line, "%s\n", text) < 0)
		return error_nomem(err);
	*ret_text = line;
	return 0;
}
