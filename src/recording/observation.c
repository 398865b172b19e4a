// SPDX-License-Identifier: Apache-2.0
#include "recording/observation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/applied_profile.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

bool observation_knows_container_capabilities(const struct observation *observation)
{
	return observation->capabilities_known && observation->container_id;
}

bool observation_complete(const struct observation *observation)
{
	int loss;

	for (loss = 0; loss < LOSS_COUNT; loss++)
		if (observation->losses[loss] && loss_hides_calls(loss))
			return false;
	return observation->reason_count == 0;
}

void observation_finish(struct observation *observation)
{
	size_t i;

	free(observation->container_name);
	free(observation->container_id);
	free(observation->image);
	free(observation->image_digest);
	free(observation->pod_name);
	free(observation->pod_namespace);
	free(observation->pod_uid);
	for (i = 0; i < observation->label_count; i++) {
		free(observation->labels[i].key);
		free(observation->labels[i].value);
	}
	free(observation->labels);
	free(observation->node);
	free(observation->kernel);
	free(observation->runtime);
	free(observation->runtime_version);
	free(observation->engine);
	free(observation->engine_version);
	string_set_free(observation->capabilities, observation->capability_count);
	applied_profile_unref(observation->applied_profile);
	free(observation->attribution);
	call_set_finish(&observation->calls);
	call_set_finish(&observation->denied);
	argument_set_finish(&observation->arguments);
	argument_set_finish(&observation->denied_arguments);
	string_set_free(observation->reasons, observation->reason_count);
	*observation = (struct observation){};
}

int observation_add_reason(struct observation *observation, struct error *err, const char *format,
			   ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		return error_nomem(err);
	return string_set_add(&observation->reasons, &observation->reason_count, text, err);
}

int observation_add_capability(struct observation *observation, const char *name, struct error *err)
{
	observation->capabilities_known = true;
	return string_set_add(&observation->capabilities, &observation->capability_count, name,
			      err);
}

/* If the key exists already, the value that sorts first is kept. */
int observation_add_label(struct observation *observation, const char *key, const char *value,
			  struct error *err)
{
	_cleanup_free_ char *key_copy = NULL, *value_copy = strdup(value);
	struct label *labels;
	size_t at = 0;

	if (!value_copy)
		return error_nomem(err);
	while (at < observation->label_count && strcmp(observation->labels[at].key, key) < 0)
		at++;
	if (at < observation->label_count && strcmp(observation->labels[at].key, key) == 0) {
		if (strcmp(value, observation->labels[at].value) < 0) {
			free(observation->labels[at].value);
			observation->labels[at].value = steal_pointer(&value_copy);
		}
		return 0;
	}
	key_copy = strdup(key);
	labels = array_grow(observation->labels, observation->label_count, sizeof(*labels));
	if (labels)
		observation->labels = labels;
	if (!key_copy || !labels)
		return error_nomem(err);
	memmove(labels + at + 1, labels + at, (observation->label_count - at) * sizeof(*labels));
	labels[at].key = steal_pointer(&key_copy);
	labels[at].value = steal_pointer(&value_copy);
	observation->label_count++;
	return 0;
}
