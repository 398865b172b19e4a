// SPDX-License-Identifier: Apache-2.0
#include "recording/recording.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/applied_profile.h"
#include "recording/observation.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

static const char *const origin_names[ORIGIN_COUNT] = {
	[ORIGIN_OBSERVED] = "observed",
	[ORIGIN_RUNTIME] = "runtime",
	[ORIGIN_IMPLIED] = "implied",
};

static const struct {
	const char *name;
	const char *semantics;
} loss_texts[LOSS_COUNT] = {
	[LOSS_SLOTS] = { "slots", "there was no free slot for a container's system calls" },
	[LOSS_MAP] = { "map", "an update of a BPF map failed" },
	[LOSS_RECURSION] = { "recursion",
			     "the kernel skipped the BPF program for some system calls" },
	[LOSS_LATE] = { "late", "the container ran before the recording began" },
	[LOSS_DENIED] = { "denied", "a filter was in force before denied calls were watched" },
	[LOSS_EVENTS] = { "events", "events for the live view were lost, but no system call" },
};

const char *origin_name(enum origin origin)
{
	return origin_names[origin];
}

int origin_from_name(const char *name)
{
	int i;

	for (i = 0; i < ORIGIN_COUNT; i++)
		if (strcmp(origin_names[i], name) == 0)
			return i;
	return -ENOENT;
}

const char *loss_name(enum loss loss)
{
	return loss_texts[loss].name;
}

const char *loss_meaning(enum loss loss)
{
	return loss_texts[loss].semantics;
}

bool loss_hides_calls(enum loss loss)
{
	return loss != LOSS_EVENTS;
}

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
	string_set_free(observation->reasons, observation->reason_count);
	*observation = (struct observation){ 0 };
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

/* A key that is there already keeps the value that sorts first. */
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

static int string_compare(const char *a, const char *b)
{
	if (!a || !b)
		return !!a - !!b;
	return strcmp(a, b);
}

int observation_compare_lifetimes(const struct observation *a, const struct observation *b)
{
	int order;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if ((order = string_compare(a->container_id, b->container_id)) ||
	    (order = string_compare(a->node, b->node)) ||
	    (!a->container_id && (order = string_compare(a->container_name, b->container_name))))
		return order;
	return (int)a->machine - (int)b->machine;
}

bool observation_same_kind(const struct observation *a, const struct observation *b)
{
	return a->machine == b->machine && a->seccomp == b->seccomp &&
	       a->no_new_privs == b->no_new_privs &&
	       string_compare(a->pod_namespace, b->pod_namespace) == 0 &&
	       string_compare(a->container_name, b->container_name) == 0 &&
	       string_compare(a->image, b->image) == 0 &&
	       string_compare(a->runtime, b->runtime) == 0 &&
	       string_compare(a->engine, b->engine) == 0 &&
	       string_compare(a->engine_version, b->engine_version) == 0 &&
	       string_compare(a->node, b->node) == 0;
}

int observation_compare(const struct observation *a, const struct observation *b)
{
	int order;

	if ((order = string_compare(a->pod_namespace, b->pod_namespace)) ||
	    (order = string_compare(a->pod_name, b->pod_name)) ||
	    (order = string_compare(a->container_name, b->container_name)) ||
	    (order = string_compare(a->container_id, b->container_id)))
		return order;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if ((order = string_compare(a->node, b->node)))
		return order;
	return (int)a->machine - (int)b->machine;
}

/*
 * Where two nodes or files differ about a fact that one container can have only once, what is
 * known wins over what is not, and then the text that sorts first, so that the order of
 * merging does not matter.
 */
static void merge_string(char **text, char **other)
{
	char *unused;

	if (!*other || (*text && strcmp(*text, *other) <= 0))
		return;
	unused = *text;
	*text = *other;
	*other = unused;
}

/* A version is one of the engine beside it, and of no other. */
static void merge_engine(struct observation *into, struct observation *from)
{
	int order = string_compare(into->engine, from->engine);
	char *version;

	if (order == 0) {
		merge_string(&into->engine_version, &from->engine_version);
		return;
	}
	if (!from->engine || (into->engine && order < 0))
		return;
	merge_string(&into->engine, &from->engine);
	version = into->engine_version;
	into->engine_version = from->engine_version;
	from->engine_version = version;
}

static void merge_facts(struct observation *into, struct observation *from)
{
	int loss;

	merge_string(&into->container_name, &from->container_name);
	merge_string(&into->image, &from->image);
	merge_string(&into->image_digest, &from->image_digest);
	merge_string(&into->pod_name, &from->pod_name);
	merge_string(&into->pod_namespace, &from->pod_namespace);
	merge_string(&into->pod_uid, &from->pod_uid);
	merge_string(&into->kernel, &from->kernel);
	merge_string(&into->runtime, &from->runtime);
	merge_string(&into->runtime_version, &from->runtime_version);
	merge_engine(into, from);
	merge_string(&into->attribution, &from->attribution);
	applied_profile_merge(&into->applied_profile, &from->applied_profile);
	if (from->seccomp > into->seccomp)
		into->seccomp = from->seccomp;
	if (from->no_new_privs > into->no_new_privs)
		into->no_new_privs = from->no_new_privs;
	into->start_hook |= from->start_hook;
	if (from->end > into->end)
		into->end = from->end;
	if (from->folded > into->folded)
		into->folded = from->folded;
	into->capabilities_known |= from->capabilities_known;
	/* The larger counter, not the sum: the same loss may have been written down twice. */
	for (loss = 0; loss < LOSS_COUNT; loss++)
		if (from->losses[loss] > into->losses[loss])
			into->losses[loss] = from->losses[loss];
}

int observation_merge(struct observation *into, struct observation *from, struct error *err)
{
	size_t i;
	int ret;

	if ((ret = call_set_merge(&into->calls, &from->calls, err)) < 0 ||
	    (ret = call_set_merge(&into->denied, &from->denied, err)) < 0)
		return ret;
	for (i = 0; i < from->label_count; i++)
		if ((ret = observation_add_label(into, from->labels[i].key, from->labels[i].value,
						 err)) < 0)
			return ret;
	for (i = 0; i < from->capability_count; i++)
		if ((ret = observation_add_capability(into, from->capabilities[i], err)) < 0)
			return ret;
	for (i = 0; i < from->reason_count; i++)
		if ((ret = observation_add_reason(into, err, "%s", from->reasons[i])) < 0)
			return ret;
	merge_facts(into, from);
	return 0;
}

int observation_fold(struct observation *into, struct observation *from, struct error *err)
{
	uint64_t folded = into->folded + from->folded + 1;
	uint64_t losses[LOSS_COUNT];
	int loss, ret;

	for (loss = 0; loss < LOSS_COUNT; loss++)
		losses[loss] = into->losses[loss] + from->losses[loss];
	ret = observation_merge(into, from, err);
	if (ret < 0)
		return ret;
	memcpy(into->losses, losses, sizeof(losses));
	into->folded = folded;
	return 0;
}
