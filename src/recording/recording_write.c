// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_format.h"

#include <stdio.h>

#include "recording/recording.h"
#include "recording/recording_calls.h"
#include "recording/recording_profiles.h"
#include "json/builder.h"
#include "util/error.h"
#include "util/str.h"
#include "util/text_stream.h"

/* Sets a time, or leaves it out if it is unknown. */
static void set_time(struct builder *builder, json_t *object, const char *key, int64_t epoch_ns)
{
	char text[STR_TIME_SIZE];

	if (!epoch_ns)
		return;
	str_format_time(text, epoch_ns);
	builder_set_string(builder, object, key, text);
}

static json_t *from_labels(struct builder *builder, const struct observation *observation)
{
	json_t *object = builder_object(builder);
	size_t i;

	for (i = 0; i < observation->label_count; i++) {
		_cleanup_json_ json_t *key = tree_from_string(observation->labels[i].key);

		builder_set_string(builder, object, json_string_value(key),
				   observation->labels[i].value);
	}
	return object;
}

static json_t *from_losses(struct builder *builder, const struct observation *observation)
{
	json_t *object = builder_object(builder);
	int loss;

	for (loss = 0; loss < LOSS_COUNT; loss++)
		if (observation->losses[loss])
			builder_set_number(builder, object, loss_name(loss),
					   observation->losses[loss]);
	return object;
}

/* Sets the workload and the place where it ran. */
static void set_subject(struct builder *builder, json_t *object,
			const struct observation *observation)
{
	json_t *container = builder_object(builder);
	json_t *pod = builder_object(builder);
	json_t *runtime = builder_object(builder);
	json_t *engine = builder_object(builder);

	builder_set_string(builder, container, "name", observation->container_name);
	builder_set_string(builder, container, "id", observation->container_id);
	builder_set_string(builder, container, "image", observation->image);
	builder_set_string(builder, container, "imageDigest", observation->image_digest);
	builder_set_unless_empty(builder, object, "container", container);
	builder_set_string(builder, pod, "name", observation->pod_name);
	builder_set_string(builder, pod, "namespace", observation->pod_namespace);
	builder_set_string(builder, pod, "uid", observation->pod_uid);
	builder_set_unless_empty(builder, object, "pod", pod);
	builder_set_unless_empty(builder, object, "labels", from_labels(builder, observation));
	builder_set_string(builder, object, "node", observation->node);
	builder_set_string(builder, object, "kernel", observation->kernel);
	builder_set_string(builder, object, "machine", machine_name(observation->machine));
	builder_set_string(builder, runtime, "name", observation->runtime);
	builder_set_string(builder, runtime, "version", observation->runtime_version);
	builder_set_unless_empty(builder, object, "runtime", runtime);
	builder_set_string(builder, engine, "name", observation->engine);
	builder_set_string(builder, engine, "version", observation->engine_version);
	builder_set_unless_empty(builder, object, "engine", engine);
}

/* Returns all members except the calls, which come last. */
static json_t *from_observation(struct builder *builder, const struct observation *observation,
				const struct recording_profiles *profiles)
{
	json_t *object = builder_object(builder);

	set_subject(builder, object, observation);
	if (observation->seccomp != SECCOMP_MODE_UNKNOWN)
		builder_set_string(builder, object, "seccomp",
				   observation->seccomp == SECCOMP_MODE_FILTERED ? "filtered" :
										   "unconfined");
	if (observation->no_new_privs != TRISTATE_UNKNOWN)
		builder_set(builder, object, "noNewPrivs", json_boolean(observation->no_new_privs));
	if (observation->capabilities_known)
		builder_set(builder, object, "capabilities",
			    builder_strings(builder, observation->capabilities,
					    observation->capability_count));
	if (observation->applied_profile)
		builder_set_number(builder, object, "profile",
				   recording_profiles_index(profiles,
							    observation->applied_profile));
	set_time(builder, object, "start", observation->start);
	set_time(builder, object, "end", observation->end);
	if (observation->folded)
		builder_set_number(builder, object, "folded", observation->folded);
	builder_set_string(builder, object, "attribution", observation->attribution);
	builder_set(builder, object, "complete", json_boolean(observation_complete(observation)));
	builder_set_unless_empty(builder, object, "reasons",
				 builder_strings(builder, observation->reasons,
						 observation->reason_count));
	builder_set_unless_empty(builder, object, "losses", from_losses(builder, observation));
	return object;
}

#define OBSERVATION_DEPTH 2

static int print_calls(FILE *out, const char *key, const struct observation *observation,
		       bool with_origin, const struct call_set *calls,
		       const struct argument_set *arguments, struct error *err)
{
	fputc(',', out);
	tree_print_indent(out, OBSERVATION_DEPTH + 1);
	fprintf(out, "\"%s\": ", key);
	return recording_print_calls(out, OBSERVATION_DEPTH + 1, observation->machine, with_origin,
				     calls, arguments, err);
}

static int print_observation(FILE *out, const struct observation *observation,
			     const struct recording_profiles *profiles, struct error *err)
{
	struct builder builder = {};
	_cleanup_json_ json_t *object = from_observation(&builder, observation, profiles);
	int r;

	if (builder.failed)
		return error_nomem(err);
	fputc('{', out);
	tree_print_members(out, object, OBSERVATION_DEPTH);
	if ((r = print_calls(out, "systemCalls", observation, true, &observation->calls,
			     &observation->arguments, err)) < 0 ||
	    (r = print_calls(out, "denied", observation, false, &observation->denied,
			     &observation->denied_arguments, err)) < 0)
		return r;
	tree_print_indent(out, OBSERVATION_DEPTH);
	fputc('}', out);
	return 0;
}

/*
 * Prints one observation at a time. A tree of JSON values of all of them takes ten times the
 * memory of the text, which is too much for a recording of thousands of containers.
 */
int recording_print(FILE *out, const struct recording *recording, struct error *err)
{
	_cleanup_recording_profiles_ struct recording_profiles profiles = {};
	_cleanup_json_ json_t *name = NULL;
	size_t i;
	int r = recording_profiles_collect(recording, &profiles, err);

	if (r < 0)
		return r;

	fputs("{\n  \"format\": \"" RECORDING_FORMAT "\",\n", out);
	if (recording->name) {
		name = tree_from_string(recording->name);
		if (!name)
			return error_nomem(err);
		fputs("  \"name\": ", out);
		json_dumpf(name, out, JSON_ENCODE_ANY);
		fputs(",\n", out);
	}
	fprintf(out, "  \"complete\": %s,\n", recording_complete(recording) ? "true" : "false");
	if (profiles.length) {
		fputs("  \"profiles\": ", out);
		recording_profiles_print(out, &profiles);
		fputs(",\n", out);
	}
	fputs("  \"observations\": [", out);
	for (i = 0; i < recording->observation_count; i++) {
		fputs(i ? ",\n    " : "\n    ", out);
		r = print_observation(out, &recording->observations[i], &profiles, err);
		if (r < 0)
			return r;
	}
	fputs(i ? "\n  ]\n}\n" : "]\n}\n", out);
	return 0;
}

int recording_write(const struct recording *recording, char **ret_text, struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	int r;

	if (!out)
		return error_nomem(err);
	r = recording_print(out, recording, err);
	return r < 0 ? r : text_stream_take(&stream, ret_text, err);
}
