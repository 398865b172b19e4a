// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selection/pods.h"
#include "container/runtime.h"
#include "selection/selector.h"
#include "selection/target_work.h"
#include "util/error.h"

bool pods_select_pod(const struct target_pods *pods, const struct cri_sandbox *sandbox)
{
	if (pods->pod_namespace && strcmp(pods->pod_namespace, sandbox->namespace) != 0)
		return false;
	return selector_matches(pods->selector, sandbox->labels, sandbox->label_count);
}

static bool selects_container(const struct target_pods *pods, const char *name)
{
	size_t i;

	for (i = 0; i < pods->name_count; i++)
		if (strcmp(pods->names[i], name) == 0)
			return true;
	return pods->name_count == 0;
}

static int set(char **field, const char *text, struct error *err)
{
	char *copy;

	if (!text || !*text)
		return 0;
	copy = strdup(text);
	if (!copy)
		return error_nomem(err);
	free(*field);
	*field = copy;
	return 0;
}

static int attribute(const struct target_pods *pods, struct workload *workload,
		     const struct cri_sandbox *sandbox, struct error *err)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "cgroup %s of pod %s/%s, whose labels match %s", workload->cgroup,
		     sandbox->namespace, sandbox->name, pods->selector_text) < 0) {
		text = NULL;
		return error_nomem(err);
	}
	return set(&workload->observation.attribution, text, err);
}

int pods_describe_pod(const struct target_pods *pods, struct workload *workload,
		      const struct cri_sandbox *sandbox, struct error *err)
{
	struct observation *observation = &workload->observation;
	size_t i;
	int r = attribute(pods, workload, sandbox, err);

	if (r == 0)
		r = set(&observation->pod_name, sandbox->name, err);
	if (r == 0)
		r = set(&observation->pod_namespace, sandbox->namespace, err);
	if (r == 0)
		r = set(&observation->pod_uid, sandbox->uid, err);
	for (i = 0; i < sandbox->label_count && r == 0; i++)
		r = observation_add_label(observation, sandbox->labels[i].key,
					  sandbox->labels[i].value, err);
	return r;
}

bool pods_is_outside(const struct target_pods *pods, const char *path)
{
	size_t length = pods->root ? strlen(pods->root) : 0;

	return length > 1 && !(strncmp(path, pods->root, length) == 0 && path[length] == '/');
}

int pods_leave_out(struct target_pods *pods, const struct cri_sandbox *sandbox,
		   const struct cri_container *container, const char *why, struct error *err)
{
	return left_out_add(&pods->target.left_out, err,
			    "container %s (%s) of pod %s/%s is not in it: %s", container->id,
			    container->name, sandbox->namespace, sandbox->name, why);
}

int pods_check_visible(const char *pod_namespace, const char *pod_name, const char *text,
		       struct error *err)
{
	const char *runtime = runtime_name_of(text);

	if (!runtime || runtime_is_visible(runtime))
		return 0;
	return error_set(err, ENOTSUP,
			 "pod %s/%s runs in a kernel of its own (%s): this host never sees its "
			 "system calls, so they cannot be recorded here",
			 pod_namespace, pod_name, runtime);
}

int pods_check_handler(const struct cri_sandbox *sandbox, struct error *err)
{
	return pods_check_visible(sandbox->namespace, sandbox->name, sandbox->runtime_handler, err);
}

int pods_check_room(const struct target_pods *pods, struct error *err)
{
	if (!pods->max || target_live_count(&pods->target) < pods->max)
		return 0;
	return error_set(err, ENOSPC, "%zu containers are recorded at once already", pods->max);
}

int pods_describe_container(struct target_pods *pods, struct workload *workload,
			    const struct cri_container *container, struct error *err)
{
	struct observation *observation = &workload->observation;
	const char *digest = strstr(container->image_ref, "sha256:");
	int r = set(&observation->container_name, container->name, err);

	if (r == 0)
		r = set(&observation->image, container->image, err);
	if (r == 0)
		r = set(&observation->image_digest, digest, err);
	return r < 0 ? r : target_describe(&pods->target, workload, err);
}

const struct cri_sandbox *pods_selected(const struct target_pods *pods,
					const struct inventory *inventory,
					const struct cri_container *container)
{
	const struct cri_sandbox *sandbox = inventory_sandbox(inventory, container->sandbox_id);

	if (!sandbox || !pods_select_pod(pods, sandbox) ||
	    !selects_container(pods, container->name))
		return NULL;
	return sandbox;
}

struct workload *pods_workload(const struct target_pods *pods, const char *id)
{
	size_t i;

	for (i = 0; i < pods->target.workloads.length; i++)
		if (strcmp(pods->target.workloads.items[i]->observation.container_id, id) == 0)
			return pods->target.workloads.items[i];
	return NULL;
}
