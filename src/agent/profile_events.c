// SPDX-License-Identifier: Apache-2.0
#include "agent/profile_events.h"

#include <jansson.h>

#include "agent/names.h"
#include "json/cursor.h"
#include "kube/call.h"
#include "kube/event.h"
#include "util/clock.h"
#include "util/error.h"

bool profile_event_is_due(enum profile_state before, enum profile_state now)
{
	return before != now && (now == PROFILE_INSTALLED || now == PROFILE_ERROR);
}

/* The reasons are the operator's. */
int profile_event_start(struct api_task *task, const struct profile_event *event,
			api_task_done *done, struct error *err)
{
	bool failed = event->state == PROFILE_ERROR;
	const struct kube_event said = {
		.api_version = AGENT_GROUP "/" AGENT_VERSION,
		.kind = "SeccompProfile",
		.name = event->name,
		.uid = event->uid,
		.instance = event->node,
		.action = "Install",
		.reason = failed ? "CannotSaveSeccompProfile" : "SavedSeccompProfile",
		.note = event->message,
		.warning = failed,
		.time = clock_ns(CLOCK_REALTIME),
	};
	struct kube_call_options options = {
		.verb = KUBE_CREATE,
		.resource = &kube_events,
		.namespace = kube_event_namespace(&said),
	};
	_cleanup_json_ json_t *body = NULL;
	int r = kube_event_build(&said, &body, err);

	if (r < 0)
		return r;
	options.body = body;
	return api_task_start_call(task, &options, done, err);
}
