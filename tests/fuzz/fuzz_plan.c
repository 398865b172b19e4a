// SPDX-License-Identifier: Apache-2.0
//
// ProfileRecordings. The first byte of an input is what surrounds the object, its first line is the
// object, and each further line is a label "key=value" of a pod.
#include "input.h"

#include <ctype.h>

#include "agent/recording_plan.h"
#include "json/cursor.h"
#include "recording/observation.h"
#include "selection/selector.h"
#include "util/str.h"

#define HOUR 3600000000000LL

static struct observation read_labels(struct input *input)
{
	struct observation observation = {};
	struct error err = ERROR_INIT;

	while (input->left) {
		_cleanup_free_ char *key = take_text(input, '\n');
		char *value = strchr(key, '=');

		if (value)
			*value++ = '\0';
		assert(!failed(observation_add_label(&observation, key, value ? value : "", &err),
			       &err));
	}
	return observation;
}

static const char *value_of(const struct observation *pod, const char *key)
{
	size_t i;

	for (i = 0; i < pod->label_count; i++)
		if (strcmp(pod->labels[i].key, key) == 0)
			return pod->labels[i].value;
	return NULL;
}

static bool expression_matches(const json_t *expression, const struct observation *pod)
{
	const char *operation = json_string_value(json_object_get(expression, "operator"));
	const char *value = value_of(pod, json_string_value(json_object_get(expression, "key")));
	const json_t *listed;
	bool found = false;
	size_t i;

	json_array_foreach(json_object_get(expression, "values"), i, listed)
		found = found || (value && strcmp(json_string_value(listed), value) == 0);
	if (strcmp(operation, "In") == 0)
		return found;
	if (strcmp(operation, "NotIn") == 0)
		return !found;
	return strcmp(operation, "Exists") == 0 ? value != NULL : value == NULL;
}

/* What the API's documentation of LabelSelector says. */
static bool object_matches(const json_t *selector, const struct observation *pod)
{
	const json_t *expression;
	const char *key, *found;
	json_t *value;
	size_t i;

	json_object_foreach(json_object_get(selector, "matchLabels"), key, value) {
		found = value_of(pod, key);
		if (!found || strcmp(found, json_string_value(value)) != 0)
			return false;
	}
	json_array_foreach(json_object_get(selector, "matchExpressions"), i, expression)
		if (!expression_matches(expression, pod))
			return false;
	return true;
}

static void check_selector(const struct recording_plan *plan, const json_t *object,
			   const struct observation *pod)
{
	_cleanup_selector_ struct selector *selector = NULL;
	const json_t *spec = json_object_get(object, "spec");

	assert(selector_parse(plan->selector, &selector, NULL) == 0);
	assert(selector_matches(selector, pod->labels, pod->label_count) ==
	       object_matches(json_object_get(spec, "podSelector"), pod));
}

static void check_plan(const struct recording_plan *plan, const struct recording_world *world)
{
	const char *c;
	size_t i;

	assert(plan->reason && plan->namespace && plan->name && plan->uid);
	assert(plan->records == (strcmp(plan->reason, "Recording") == 0));
	for (c = plan->message; *c; c++)
		assert(!iscntrl((unsigned char)*c));
	for (i = 0; i < plan->container_count; i++) {
		assert(str_is_dns_label(plan->containers[i]));
		assert(!i || strcmp(plan->containers[i - 1], plan->containers[i]) < 0);
	}
	if (!plan->records)
		return;
	assert(world->namespace_permitted && !plan->ended);
	assert(!world->per_namespace_max || world->rank < world->per_namespace_max);
	assert(!plan->ends || plan->ends > world->now);
	assert(plan->ends || !world->duration_max);
	assert(str_is_dns_label(plan->namespace) && str_is_dns_label(plan->name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint8_t choice = take_byte(&input);
	const struct recording_world world = {
		.now = (choice & 3) * 150000 * HOUR,
		.namespace_permitted = !(choice & 4),
		.rank = 1,
		.per_namespace_max = choice >> 3 & 3,
		.duration_max = (choice >> 5) * 10000 * HOUR,
	};
	_cleanup_free_ char *text = take_text(&input, '\n');
	_cleanup_observation_ struct observation pod = read_labels(&input);
	_cleanup_recording_plan_ struct recording_plan plan = {};
	_cleanup_json_ json_t *object = NULL;
	struct error err = ERROR_INIT;

	if (failed(tree_parse("object", text, strlen(text), &object, &err), &err))
		return 0;
	assert(!failed(recording_plan_make(object, &world, &plan, &err), &err));
	check_plan(&plan, &world);
	if (plan.selector)
		check_selector(&plan, object, &pod);
	return 0;
}
