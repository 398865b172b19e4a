// SPDX-License-Identifier: Apache-2.0
#include "agent/conditions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/names.h"
#include "json/builder.h"
#include "util/clock.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"

#define READY "Ready"

/*
 * Of a message. The definitions of the custom resources refuse more than 32768 characters, and a
 * profile can have more than that many names to complain about.
 */
#define MESSAGE_MAX 4096
#define ELLIPSIS "…"

void condition_state_finish(struct condition_state *state)
{
	free(state->reason);
	free(state->message);
	free(state->since);
	*state = (struct condition_state){};
}

/* Copies the beginning of a message, and cuts no character of UTF-8. NULL without memory. */
static char *copy_message(const char *message)
{
	size_t length = strnlen(message, MESSAGE_MAX + 1);
	char *copy;

	if (length <= MESSAGE_MAX)
		return strdup(message);
	length = MESSAGE_MAX - strlen(ELLIPSIS);
	while (length > 0 && ((unsigned char)message[length] & 0xc0) == 0x80)
		length--;
	return asprintf(&copy, "%.*s" ELLIPSIS, (int)length, message) < 0 ? NULL : copy;
}

int condition_state_set(struct condition_state *state, enum profile_state value, int64_t generation,
			const char *reason, const char *message, struct error *err)
{
	struct condition_state copy = { .state = value, .generation = generation };

	copy.reason = strdup(reason ?: "");
	copy.message = copy_message(message ?: "");
	if (!copy.reason || !copy.message) {
		condition_state_finish(&copy);
		return error_nomem(err);
	}
	condition_state_finish(state);
	*state = copy;
	return 0;
}

const json_t *condition_find(const json_t *status, const char *type)
{
	const json_t *condition;
	size_t i;

	json_array_foreach(json_object_get(status, "conditions"), i, condition) {
		const char *found = json_string_value(json_object_get(condition, "type"));

		if (found && strcmp(found, type) == 0)
			return condition;
	}
	return NULL;
}

int condition_state_read(struct condition_state *state, const json_t *object, struct error *err)
{
	const json_t *status = json_object_get(object, "status");
	const json_t *ready = condition_find(status, READY);
	int value = profile_state_from_name(json_string_value(json_object_get(status, "status")));
	const char *since = json_string_value(json_object_get(ready, "lastTransitionTime"));
	int r = condition_state_set(
		state, value < 0 ? PROFILE_STATE_COUNT : (enum profile_state)value,
		json_integer_value(json_object_get(ready, "observedGeneration")),
		json_string_value(json_object_get(ready, "reason")),
		json_string_value(json_object_get(ready, "message")), err);

	if (r == 0 && since && !(state->since = strdup(since)))
		r = error_nomem(err);
	return r;
}

bool condition_state_equal(const struct condition_state *a, const struct condition_state *b)
{
	return a->reason && b->reason && a->state == b->state && a->generation == b->generation &&
	       strcmp(a->reason, b->reason) == 0 && strcmp(a->message, b->message) == 0;
}

static bool is_ready(const struct condition_state *state)
{
	return state->reason && state->state == PROFILE_INSTALLED;
}

json_t *condition_make(const char *type, bool holds, const char *reason, const char *message,
		       int64_t generation, const char *since)
{
	char now[STR_TIME_SIZE];

	str_format_time(now, clock_ns(CLOCK_REALTIME));
	memcpy(now + strcspn(now, "."), "Z", 2); /* the API has whole seconds */
	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:I}", "type", type, "status",
			 holds ? "True" : "False", "reason", reason, "message",
			 tree_from_string(message), "lastTransitionTime", since ?: now,
			 "observedGeneration", (json_int_t)generation);
}

static json_t *make_ready(const struct condition_state *wanted,
			  const struct condition_state *before)
{
	bool ready = is_ready(wanted);

	return condition_make(READY, ready, wanted->reason, wanted->message, wanted->generation,
			      is_ready(before) == ready ? before->since : NULL);
}

json_t *condition_status_body(const char *kind, const char *namespace, const char *name,
			      json_t *members, const struct condition_state *wanted,
			      const struct condition_state *before)
{
	/* Takes possession of members also when it fails. */
	json_t *body = json_pack("{s:s, s:s, s:{s:s, s:s*}, s:o}", "apiVersion",
				 AGENT_GROUP "/" AGENT_VERSION, "kind", kind, "metadata", "name",
				 name, "namespace", namespace, "status", members);

	if (body && json_object_set_new(members, "conditions",
					json_pack("[o]", make_ready(wanted, before))) == 0)
		return body;
	json_decref(body);
	return NULL;
}
