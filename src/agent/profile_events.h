/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PROFILE_EVENTS_H
#define AGENT_PROFILE_EVENTS_H

/*
 * Events about SeccompProfiles, for "kubectl describe": one when a profile is installed on all nodes, and
 * one when it fails on any. The agent that leads makes them, so that they do not grow with the nodes.
 */
#include "agent/api_tasks.h"
#include "agent/profile_plan.h"

struct profile_event {
	const char *name;
	const char *uid;  /* NULL if it is not known */
	const char *node; /* of the agent that reports */
	enum profile_state state;
	const char *message;
};

/* True if the states differ, and people want to know of the new one. */
bool profile_event_is_due(enum profile_state before, enum profile_state now);

/* Starts the request as api_task_start_call(). */
int profile_event_start(struct api_task *task, const struct profile_event *event,
			api_task_done *done, struct error *err);

#endif
