// SPDX-License-Identifier: Apache-2.0
#include "agent/recording_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/pod_selector.h"
#include "json/cursor.h"
#include "kube/object.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"
#include "util/text_stream.h"

#define NSEC_PER_SEC 1000000000LL

/* The limit of crds/profilerecording.yaml. */
#define CONTAINERS_MAX 100

/* How many bytes of a selector, and how many containers, a message names. */
#define SHOWN_SELECTOR 200
#define SHOWN_CONTAINERS 5

void recording_plan_finish(struct recording_plan *plan)
{
	free(plan->namespace);
	free(plan->name);
	free(plan->uid);
	free(plan->selector);
	string_set_free(plan->containers, plan->container_count);
	free(plan->message);
	*plan = (struct recording_plan){};
}

/* ---- the object */

/* What only the decision needs. */
struct request {
	bool paused;
	int64_t created;
	int64_t duration;	   /* 0: none */
	const char *duration_text; /* borrowed from the object */
};

static int read_identity(const json_t *object, struct recording_plan *plan, struct error *err)
{
	plan->namespace = strdup(kube_object_namespace(object) ?: "");
	plan->name = strdup(kube_object_name(object));
	plan->uid = strdup(kube_object_uid(object));
	plan->generation = json_integer_value(
		json_object_get(json_object_get(object, "metadata"), "generation"));
	return plan->namespace && plan->name && plan->uid ? 0 : error_nomem(err);
}

/* Reads one of two or three words, in the spelling of any version. Leaves the index if it is missing. */
static int read_choice(const struct cursor *spec, const char *key, const char *const *names,
		       size_t count, size_t *index, struct error *err)
{
	struct cursor member;
	const char *text;
	size_t i;
	int r;

	if (!cursor_optional(spec, key, &member))
		return 0;
	r = cursor_get_string(&member, &text, err);
	if (r < 0)
		return r;
	for (i = 0; i < count; i++) {
		if (strcasecmp(text, names[i]) == 0) {
			*index = i;
			return 0;
		}
	}
	return cursor_fail(&member, err, "use %s%s%s or %s", count > 2 ? names[0] : "",
			   count > 2 ? ", " : "", names[count - 2], names[count - 1]);
}

static int read_flag(const struct cursor *spec, const char *key, bool *flag, struct error *err)
{
	struct cursor member;

	return cursor_optional(spec, key, &member) ? cursor_get_bool(&member, flag, err) : 0;
}

static int read_container(const struct cursor *element, void *data, struct error *err)
{
	struct recording_plan *plan = data;
	const char *name;
	int r = cursor_get_string(element, &name, err);

	if (r < 0)
		return r;
	if (!str_is_dns_label(name))
		return cursor_fail(element, err, "this is no name of a container");
	return string_set_add(&plan->containers, &plan->container_count, name, err);
}

static int read_containers(const struct cursor *spec, struct recording_plan *plan,
			   struct error *err)
{
	struct cursor member;

	if (cursor_optional(spec, "containers", &member) &&
	    json_array_size(member.value) > CONTAINERS_MAX)
		return cursor_fail(&member, err, "more than %d containers", CONTAINERS_MAX);
	return cursor_each(spec, "containers", read_container, plan, err);
}

/*
 * Parses ([0-9]+h)?([0-9]+m)?([0-9]+s)?, the form of the custom resource, which is narrower than
 * str_parse_duration()'s. Returns false for anything else, for 0, and for more than 292 years.
 */
static bool parse_duration(const char *text, int64_t *ret_ns)
{
	static const struct {
		char letter;
		int64_t ns;
	} units[] = { { 'h', 3600 * NSEC_PER_SEC },
		      { 'm', 60 * NSEC_PER_SEC },
		      { 's', NSEC_PER_SEC } };
	int64_t total = 0, value;
	size_t i;

	for (i = 0; i < array_size(units); i++) {
		size_t digits = strspn(text, "0123456789");

		if (text[digits] != units[i].letter)
			continue;
		if (!digits)
			return false;
		value = strtoll(text, NULL, 10); /* the greatest, if it is too long */
		if (__builtin_mul_overflow(value, units[i].ns, &value) ||
		    __builtin_add_overflow(total, value, &total))
			return false;
		text += digits + 1;
	}
	*ret_ns = total;
	return !*text && total > 0;
}

static int read_duration(const struct cursor *spec, struct request *request, struct error *err)
{
	struct cursor member;
	int r;

	if (!cursor_optional(spec, "duration", &member))
		return 0;
	r = cursor_get_string(&member, &request->duration_text, err);
	if (r < 0)
		return r;
	if (!parse_duration(request->duration_text, &request->duration))
		return cursor_fail(&member, err,
				   "write hours, minutes and seconds, such as 8h, 30m or 1h30m");
	return 0;
}

static int read_metadata(const struct cursor *object, struct request *request, struct error *err)
{
	struct cursor metadata, member;
	const char *text;
	int r;

	if ((r = cursor_required(object, "metadata", &metadata, err)) < 0 ||
	    (r = cursor_require_string(&metadata, "namespace", &member, &text, err)) < 0)
		return r;
	if (!str_is_dns_label(text))
		return cursor_fail(&member, err, "this is no name of a namespace");
	r = cursor_require_string(&metadata, "name", &member, &text, err);
	if (r < 0)
		return r;
	if (!str_is_dns_label(text))
		return cursor_fail(&member, err,
				   "make a recording with a name of at most 63 lower-case letters, "
				   "digits and '-', because it becomes a label of the profiles");
	r = cursor_require_string(&metadata, "creationTimestamp", &member, &text, err);
	if (r == 0 && str_parse_time(text, &request->created, NULL) < 0)
		r = cursor_fail(&member, err, "this is no time");
	return r;
}

static int read_spec(const struct cursor *spec, struct recording_plan *plan,
		     struct request *request, struct error *err)
{
	static const char *const recorders[] = { "Bpf", "Logs" };
	static const char *const strategies[] = { "None", "Containers" };
	size_t recorder = 0, strategy = 0, arguments = ARGUMENTS_DEFAULT;
	struct cursor member;
	int r;

	if ((r = cursor_required(spec, "recorder", &member, err)) < 0 ||
	    (r = read_choice(spec, "recorder", recorders, array_size(recorders), &recorder, err)) <
		    0 ||
	    (r = read_choice(spec, "mergeStrategy", strategies, array_size(strategies), &strategy,
			     err)) < 0 ||
	    (r = read_choice(spec, "arguments", arguments_mode_names, ARGUMENTS_COUNT, &arguments,
			     err)) < 0 ||
	    (r = read_flag(spec, "disableProfileAfterRecording", &plan->disabled, err)) < 0 ||
	    (r = read_flag(spec, "paused", &request->paused, err)) < 0 ||
	    (r = read_duration(spec, request, err)) < 0 ||
	    (r = read_containers(spec, plan, err)) < 0 ||
	    (r = cursor_required(spec, "podSelector", &member, err)) < 0)
		return r;
	plan->logs = recorder == 1;
	plan->apart = strategy == 0;
	plan->arguments = arguments;
	return pod_selector_text(&member, &plan->selector, err);
}

/* ---- messages */

/* Writes a time as the API does, in whole seconds. */
static void print_time(FILE *out, int64_t time)
{
	char text[STR_TIME_SIZE];

	str_format_time(text, time);
	fprintf(out, "%.*sZ", (int)strcspn(text, "."), text);
}

static void print_containers(FILE *out, const struct recording_plan *plan)
{
	size_t i, shown = plan->container_count;

	if (!shown) {
		fputs("all containers", out);
		return;
	}
	if (shown > SHOWN_CONTAINERS)
		shown = SHOWN_CONTAINERS;
	fputs(plan->container_count > 1 ? "the containers " : "the container ", out);
	for (i = 0; i < shown; i++)
		fprintf(out, "%s%s", i ? ", " : "", plan->containers[i]);
	if (shown < plan->container_count)
		fprintf(out, " and %zu more", plan->container_count - shown);
}

static void print_pods(FILE *out, const struct recording_plan *plan)
{
	if (!*plan->selector)
		fputs("all pods of the namespace", out);
	else
		fprintf(out, "the pods with %.*s%s", SHOWN_SELECTOR, plan->selector,
			strlen(plan->selector) > SHOWN_SELECTOR ? "…" : "");
}

/* Why a recording ends when it does. */
static void print_limit(FILE *out, const struct request *request,
			const struct recording_world *world)
{
	if (!world->duration_max || (request->duration && request->duration <= world->duration_max))
		return;
	fputs(", which is as long as the agents may record", out);
	if (request->duration)
		fprintf(out, " (spec.duration is %s)", request->duration_text);
}

static void print_recording(FILE *out, const struct recording_plan *plan,
			    const struct request *request, const struct recording_world *world)
{
	fputs("records ", out);
	print_containers(out, plan);
	fputs(" of ", out);
	print_pods(out, plan);
	fputs(plan->apart ? ", into profiles of each pod" :
			    ", into one profile for all containers of a name",
	      out);
	if (plan->ends) {
		fputs(", until ", out);
		print_time(out, plan->ends);
		print_limit(out, request, world);
	}
	if (plan->logs)
		fputs("; BPF records, although spec.recorder is Logs: nothing is missing for that",
		      out);
}

static void print_ended(FILE *out, const struct recording_plan *plan, const struct request *request,
			const struct recording_world *world)
{
	fputs("ended at ", out);
	print_time(out, plan->ends);
	print_limit(out, request, world);
	fputs("; its profiles are final: make another recording to record more", out);
}

/* ---- the decision */

/* Sets the reason, and lets what has been printed to the stream be the message. */
static int conclude(struct recording_plan *plan, const char *reason, struct text_stream *stream,
		    struct error *err)
{
	plan->reason = reason;
	return text_stream_take(stream, &plan->message, err);
}

static int decide(struct recording_plan *plan, const struct request *request,
		  const struct recording_world *world, struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);

	if (!out)
		return error_nomem(err);
	if (!world->namespace_permitted) {
		fputs("this namespace may not record: the agents' namespace selector does not "
		      "select it",
		      out);
		return conclude(plan, "NamespaceNotPermitted", &stream, err);
	}
	if (world->per_namespace_max && world->rank >= world->per_namespace_max) {
		fprintf(out,
			"the namespace has %zu older recordings, and may have %zu in all: delete "
			"one of them",
			world->rank, world->per_namespace_max);
		return conclude(plan, "TooManyRecordings", &stream, err);
	}
	if (plan->ended) {
		print_ended(out, plan, request, world);
		return conclude(plan, "Ended", &stream, err);
	}
	if (request->paused) {
		fputs("records nothing while spec.paused is true, and keeps what was recorded",
		      out);
		return conclude(plan, "Paused", &stream, err);
	}
	plan->records = true;
	print_recording(out, plan, request, world);
	return conclude(plan, "Recording", &stream, err);
}

/* Decides when the recording ends. A sum beyond the year 2262 is the end of time. */
static void set_end(struct recording_plan *plan, const struct request *request,
		    const struct recording_world *world)
{
	int64_t duration = request->duration;

	if (world->duration_max && (!duration || duration > world->duration_max))
		duration = world->duration_max;
	if (!duration)
		return;
	if (__builtin_add_overflow(request->created, duration, &plan->ends))
		plan->ends = INT64_MAX;
	plan->ended = world->now >= plan->ends;
}

/* Refuses an object with a message, unless it is no mistake but a lack of memory. */
static int refuse(struct recording_plan *plan, const char *reason, int result,
		  const struct error *why, struct error *err)
{
	if (result == -ENOMEM)
		return error_nomem(err);
	plan->reason = reason;
	plan->message = strdup(error_message(why));
	return plan->message ? 0 : error_nomem(err);
}

static int plan_spec(struct recording_plan *plan, const struct cursor *object,
		     const struct recording_world *world, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	struct request request = {};
	struct cursor spec, member;
	const char *kind;
	int r;

	r = cursor_required(object, "spec", &spec, &why);
	if (r == 0)
		r = cursor_require_string(&spec, "kind", &member, &kind, &why);
	if (r == 0 && strcmp(kind, "SeccompProfile") != 0) {
		r = cursor_fail(&member, &why,
				"records nothing: agents record SeccompProfiles only");
		return refuse(plan, "KindNotSupported", r, &why, err);
	}
	if (r == 0)
		r = read_metadata(object, &request, &why);
	if (r == 0)
		r = read_spec(&spec, plan, &request, &why);
	if (r < 0)
		return refuse(plan, "InvalidSpec", r, &why, err);
	set_end(plan, &request, world);
	return decide(plan, &request, world, err);
}

int recording_plan_make(const json_t *object, const struct recording_world *world,
			struct recording_plan *ret_plan, struct error *err)
{
	_cleanup_recording_plan_ struct recording_plan plan = { .arguments = ARGUMENTS_DEFAULT };
	const struct cursor at = { .value = object };
	int r = read_identity(object, &plan, err);

	if (r == 0)
		r = plan_spec(&plan, &at, world, err);
	if (r < 0)
		return r;
	*ret_plan = plan;
	plan = (struct recording_plan){};
	return 0;
}
