// SPDX-License-Identifier: Apache-2.0
#include "recording/observation_merge.h"

#include <stdlib.h>
#include <string.h>

#include "recording/applied_profile.h"
#include "recording/observation.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/string_set.h"

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
 * Merges a fact that a container can have only once, but about which two nodes or files may
 * differ. A known text wins over an unknown one, and then the text that sorts first. So the
 * order of merging does not matter.
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

/* Merges engine and version together, because a version belongs to its engine. */
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
	/* The larger counter, not the sum: both may have counted the same loss. */
	for (loss = 0; loss < LOSS_COUNT; loss++)
		if (from->losses[loss] > into->losses[loss])
			into->losses[loss] = from->losses[loss];
}

/* An argument that one of them did not record is not known in the union. */
static int merge_arguments(struct observation *into, const struct observation *from,
			   struct error *err)
{
	int r;

	if ((r = argument_set_note_missing(&into->arguments, &into->calls, into->machine, err)) <
		    0 ||
	    (r = argument_set_note_missing(&into->denied_arguments, &into->denied, into->machine,
					   err)) < 0 ||
	    (r = argument_set_merge_of(&into->arguments, &from->arguments, &from->calls,
				       from->machine, err)) < 0)
		return r;
	return argument_set_merge_of(&into->denied_arguments, &from->denied_arguments,
				     &from->denied, from->machine, err);
}

int observation_merge(struct observation *into, struct observation *from, struct error *err)
{
	size_t i;
	int r;

	if ((r = merge_arguments(into, from, err)) < 0 ||
	    (r = call_set_merge(&into->calls, &from->calls, err)) < 0 ||
	    (r = call_set_merge(&into->denied, &from->denied, err)) < 0)
		return r;
	for (i = 0; i < from->label_count; i++)
		if ((r = observation_add_label(into, from->labels[i].key, from->labels[i].value,
					       err)) < 0)
			return r;
	for (i = 0; i < from->capability_count; i++)
		if ((r = observation_add_capability(into, from->capabilities[i], err)) < 0)
			return r;
	for (i = 0; i < from->reason_count; i++)
		if ((r = observation_add_reason(into, err, "%s", from->reasons[i])) < 0)
			return r;
	merge_facts(into, from);
	return 0;
}

int observation_fold(struct observation *into, struct observation *from, struct error *err)
{
	uint64_t folded = into->folded + from->folded + 1;
	uint64_t losses[LOSS_COUNT];
	int loss, r;

	for (loss = 0; loss < LOSS_COUNT; loss++)
		losses[loss] = into->losses[loss] + from->losses[loss];
	r = observation_merge(into, from, err);
	if (r < 0)
		return r;
	memcpy(into->losses, losses, sizeof(losses));
	into->folded = folded;
	return 0;
}
