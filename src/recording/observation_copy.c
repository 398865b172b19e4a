// SPDX-License-Identifier: Apache-2.0
#include "recording/observation.h"

#include <stdlib.h>
#include <string.h>

#include "recording/applied_profile.h"
#include "util/array.h"
#include "util/error.h"

static int copy_texts(const struct observation *from, struct observation *to, struct error *err)
{
	const struct {
		const char *from;
		char **to;
	} texts[] = {
		{ from->container_name, &to->container_name },
		{ from->container_id, &to->container_id },
		{ from->image, &to->image },
		{ from->image_digest, &to->image_digest },
		{ from->pod_name, &to->pod_name },
		{ from->pod_namespace, &to->pod_namespace },
		{ from->pod_uid, &to->pod_uid },
		{ from->node, &to->node },
		{ from->kernel, &to->kernel },
		{ from->runtime, &to->runtime },
		{ from->runtime_version, &to->runtime_version },
		{ from->engine, &to->engine },
		{ from->engine_version, &to->engine_version },
		{ from->attribution, &to->attribution },
	};
	size_t i;

	for (i = 0; i < array_size(texts); i++) {
		if (!texts[i].from)
			continue;
		*texts[i].to = strdup(texts[i].from);
		if (!*texts[i].to)
			return error_nomem(err);
	}
	return 0;
}

static int copy_lists(const struct observation *from, struct observation *to, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < from->label_count && r == 0; i++)
		r = observation_add_label(to, from->labels[i].key, from->labels[i].value, err);
	for (i = 0; i < from->capability_count && r == 0; i++)
		r = observation_add_capability(to, from->capabilities[i], err);
	for (i = 0; i < from->reason_count && r == 0; i++)
		r = observation_add_reason(to, err, "%s", from->reasons[i]);
	return r;
}

static int copy_calls(const struct observation *from, struct observation *to, struct error *err)
{
	int r;

	if ((r = call_set_merge(&to->calls, &from->calls, err)) < 0 ||
	    (r = call_set_merge(&to->denied, &from->denied, err)) < 0 ||
	    (r = argument_set_merge(&to->arguments, &from->arguments, err)) < 0)
		return r;
	return argument_set_merge(&to->denied_arguments, &from->denied_arguments, err);
}

int observation_copy(const struct observation *observation, struct observation *ret_copy,
		     struct error *err)
{
	int r;

	*ret_copy = (struct observation){
		.machine = observation->machine,
		.seccomp = observation->seccomp,
		.no_new_privs = observation->no_new_privs,
		.start_hook = observation->start_hook,
		.capabilities_known = observation->capabilities_known,
		.start = observation->start,
		.end = observation->end,
		.folded = observation->folded,
	};
	memcpy(ret_copy->losses, observation->losses, sizeof(ret_copy->losses));
	if (observation->applied_profile)
		ret_copy->applied_profile = applied_profile_ref(observation->applied_profile);
	r = copy_texts(observation, ret_copy, err);
	if (r == 0)
		r = copy_lists(observation, ret_copy, err);
	return r < 0 ? r : copy_calls(observation, ret_copy, err);
}
