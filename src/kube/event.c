// SPDX-License-Identifier: Apache-2.0
//
// Events of events.k8s.io/v1, which has the limits below (ValidateEventCreate in k8s.io/kubernetes).
#include "kube/event.h"

#include <stdio.h>
#include <string.h>

#include "json/builder.h"
#include "kube/micro_time.h"
#include "util/cleanup.h"
#include "util/error.h"

#define REPORTER "recorder"
#define NOTE_MAX 1024
#define INSTANCE_MAX 128

const struct kube_resource kube_events = {
	.group = "events.k8s.io", .version = "v1", .plural = "events", .namespaced = true
};

const char *kube_event_namespace(const struct kube_event *event)
{
	return event->namespace ? event->namespace : "default";
}

/* Sets the beginning of a text, cut where a character ends. */
static void set_start(struct builder *builder, json_t *object, const char *key, const char *text,
		      size_t max)
{
	size_t length = strnlen(text, max + 1);
	_cleanup_free_ char *start = NULL;

	if (length > max)
		for (length = max; length && (text[length] & 0xc0) == 0x80;)
			length--;
	start = strndup(text, length);
	builder->failed |= !start;
	if (start)
		builder_set_string(builder, object, key, start);
}

static json_t *build_object(struct builder *builder, const struct kube_event *event)
{
	json_t *object = builder_object(builder);

	builder_set_string(builder, object, "apiVersion", event->api_version);
	builder_set_string(builder, object, "kind", event->kind);
	builder_set_string(builder, object, "namespace", event->namespace);
	builder_set_string(builder, object, "name", event->name);
	builder_set_string(builder, object, "uid", event->uid);
	return object;
}

int kube_event_build(const struct kube_event *event, json_t **ret_body, struct error *err)
{
	struct builder builder = {};
	json_t *body = builder_object(&builder), *metadata = builder_object(&builder);
	char time[KUBE_MICRO_TIME_SIZE];

	kube_micro_time(time, event->time);
	builder_set_string(&builder, metadata, "generateName", REPORTER "-");
	builder_set_string(&builder, metadata, "namespace", kube_event_namespace(event));
	builder_set_string(&builder, body, "apiVersion", "events.k8s.io/v1");
	builder_set_string(&builder, body, "kind", "Event");
	builder_set(&builder, body, "metadata", metadata);
	builder_set_string(&builder, body, "eventTime", time);
	builder_set_string(&builder, body, "reportingController", REPORTER);
	set_start(&builder, body, "reportingInstance", event->instance, INSTANCE_MAX);
	builder_set_string(&builder, body, "action", event->action);
	builder_set_string(&builder, body, "reason", event->reason);
	builder_set_string(&builder, body, "type", event->warning ? "Warning" : "Normal");
	set_start(&builder, body, "note", event->note, NOTE_MAX);
	builder_set(&builder, body, "regarding", build_object(&builder, event));
	if (builder.failed) {
		json_decref(body);
		return error_nomem(err);
	}
	*ret_body = body;
	return 0;
}
