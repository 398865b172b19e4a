// SPDX-License-Identifier: Apache-2.0
/*
 * record --pod: the pods of this node whose labels match. Every new cgroup of the node is
 * recorded from its birth; whose it is, the runtime is asked afterwards.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "record/lifetime.h"
#include "target/cgroup_path.h"
#include "target/container.h"
#include "target/cri.h"
#include "target/runtime.h"
#include "target/selector.h"
#include "target/target_kind.h"
#include "util/clock.h"
#include "util/error.h"

/* How often the runtime is asked while it has not answered about a cgroup. */
#define ASK_INTERVAL_NS 50000000LL
/* How long an ended container that the runtime does not know is kept. */
#define PATIENCE_NS 5000000000LL

struct target_pods {
	struct target target;
	struct selector *selector;
	const char *selector_text; /* borrowed */
	const char *pod_namespace; /* borrowed; NULL: all */
	const char *const *names;  /* borrowed */
	size_t name_count;
	bool wait;
	struct cri *cri;
	int64_t next_ask;
};

/* What the runtime runs, as of one moment. */
struct inventory {
	struct cri_sandbox *sandboxes;
	size_t sandbox_count;
	struct cri_container *containers;
	size_t container_count;
};

static void inventory_finish(struct inventory *inventory)
{
	cri_sandboxes_free(inventory->sandboxes, inventory->sandbox_count);
	cri_containers_free(inventory->containers, inventory->container_count);
}

#define _cleanup_inventory_ _cleanup_(inventory_finish)

static struct target_pods *pods_of(struct target *target)
{
	return (struct target_pods *)target;
}

static int inventory_take(struct cri *cri, struct inventory *ret_inventory, struct error *err)
{
	_cleanup_inventory_ struct inventory inventory = {};
	int r = cri_list_sandboxes(cri, &inventory.sandboxes, &inventory.sandbox_count, err);

	if (r < 0)
		return r;
	r = cri_list_containers(cri, NULL, &inventory.containers, &inventory.container_count, err);
	if (r < 0)
		return r;
	*ret_inventory = inventory;
	inventory = (struct inventory){};
	return 0;
}

static const struct cri_sandbox *sandbox_by_id(const struct inventory *inventory, const char *id)
{
	size_t i;

	for (i = 0; i < inventory->sandbox_count; i++)
		if (strcmp(inventory->sandboxes[i].id, id) == 0)
			return &inventory->sandboxes[i];
	return NULL;
}

static const struct cri_sandbox *sandbox_by_uid(const struct inventory *inventory, const char *uid)
{
	size_t i;

	for (i = 0; i < inventory->sandbox_count; i++)
		if (strcmp(inventory->sandboxes[i].uid, uid) == 0)
			return &inventory->sandboxes[i];
	return NULL;
}

static const struct cri_container *container_by_id(const struct inventory *inventory,
						   const char *id)
{
	size_t i;

	for (i = 0; i < inventory->container_count; i++)
		if (strcmp(inventory->containers[i].id, id) == 0)
			return &inventory->containers[i];
	return NULL;
}

static bool selects_pod(const struct target_pods *pods, const struct cri_sandbox *sandbox)
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

static int attribute(const struct target_pods *pods, struct subject *subject,
		     const struct cri_sandbox *sandbox, struct error *err)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "cgroup %s of pod %s/%s, whose labels match %s", subject->cgroup,
		     sandbox->namespace, sandbox->name, pods->selector_text) < 0) {
		text = NULL;
		return error_nomem(err);
	}
	return set(&subject->observation.attribution, text, err);
}

static int describe_pod(const struct target_pods *pods, struct subject *subject,
			const struct cri_sandbox *sandbox, struct error *err)
{
	struct observation *observation = &subject->observation;
	size_t i;
	int r = attribute(pods, subject, sandbox, err);

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

/*
 * gVisor and Kata: the host's kernel sees the sandbox at work, not the application. What tells
 * it is the name of the handler, which is the cluster's choice, or the runtime that it stands for.
 */
static int check_visible(const struct cri_sandbox *sandbox, const char *text, struct error *err)
{
	const char *runtime = runtime_name_of(text);

	if (!runtime || runtime_is_visible(runtime))
		return 0;
	return error_set(err, ENOTSUP,
			 "pod %s/%s runs in a kernel of its own (%s): this host never sees its "
			 "system calls, so they cannot be recorded here",
			 sandbox->namespace, sandbox->name, runtime);
}

static int describe_container(struct target_pods *pods, struct subject *subject,
			      const struct cri_sandbox *sandbox,
			      const struct cri_container *container, struct error *err)
{
	_cleanup_container_ struct container described = {};
	struct observation *observation = &subject->observation;
	const char *digest = strstr(container->image_ref, "sha256:");
	int r = set(&observation->container_name, container->name, err);

	if (r == 0)
		r = set(&observation->image, container->image, err);
	if (r == 0)
		r = set(&observation->image_digest, digest, err);
	if (r == 0)
		r = container_describe(pods->cri, container->id, subject->cgroup, &described, err);
	if (r == 0 && described.runtime)
		r = check_visible(sandbox, described.runtime, err);
	return r < 0 ? r : subject_describe(subject, &described, err);
}

/* Adds a container that runs already. */
static int add_existing(struct target_pods *pods, const struct cri_sandbox *sandbox,
			const struct cri_container *container, struct error *err)
{
	_cleanup_cri_container_status_ struct cri_container_status status = {};
	_cleanup_free_ char *cgroup = NULL;
	struct subject *subject;
	int r = cri_container_status(pods->cri, container->id, &status, NULL);

	/* It may end at any moment, and then there is nothing to add. */
	if (r < 0 || !status.pid || cgroup_of_pid(status.pid, &cgroup, NULL) < 0)
		return 0;
	r = subjects_add_container(&pods->target.subjects, VERDICT_WANTED, container->id, cgroup,
				   sandbox->uid, &subject, err);
	if (r == 0)
		r = describe_pod(pods, subject, sandbox, err);
	if (r == 0)
		r = describe_container(pods, subject, sandbox, container, err);
	if (r == 0)
		r = target_add_tree(&pods->target, subject, cgroup, err);
	return r;
}

static int no_match(const struct target_pods *pods, size_t sandbox_count, struct error *err)
{
	return error_set(err, ENOENT,
			 "no running container on this node matches %s (%zu pods were looked at); "
			 "--wait waits for one, -A looks in all namespaces",
			 pods->target.description, sandbox_count);
}

static int prepare(struct target *target, struct error *err)
{
	struct target_pods *pods = pods_of(target);
	_cleanup_inventory_ struct inventory inventory = {};
	size_t i;
	int r = inventory_take(pods->cri, &inventory, err);

	for (i = 0; i < inventory.container_count && r == 0; i++) {
		const struct cri_container *container = &inventory.containers[i];
		const struct cri_sandbox *sandbox =
			sandbox_by_id(&inventory, container->sandbox_id);

		if (!sandbox || !selects_pod(pods, sandbox) ||
		    !selects_container(pods, container->name))
			continue;
		r = check_visible(sandbox, sandbox->runtime_handler, err);
		if (r == 0)
			r = add_existing(pods, sandbox, container, err);
	}
	if (r == 0 && target->subjects.length == 0 && !pods->wait)
		return no_match(pods, inventory.sandbox_count, err);
	return r;
}

static int classify(struct target *target, struct lifetime *lifetime, struct subject *parent,
		    struct subject **ret_subject, struct error *err)
{
	struct cgroup_container container;

	*ret_subject = parent;
	if (parent || !lifetime->path || !cgroup_path_parse(lifetime->path, &container) ||
	    container.length != strlen(lifetime->path))
		return 0;
	pods_of(target)->next_ask = 0;
	return subjects_add_container(&target->subjects, VERDICT_OPEN, container.id, lifetime->path,
				      container.pod_uid, ret_subject, err);
}

/* The runtime has forgotten the container, but its pod is one that matches. */
static int decide_by_pod(struct target_pods *pods, struct subject *subject,
			 const struct inventory *inventory, struct error *err)
{
	const struct cri_sandbox *sandbox = sandbox_by_uid(inventory, subject->observation.pod_uid);
	int r;

	if (!sandbox || !selects_pod(pods, sandbox) || pods->name_count) {
		subject->verdict = VERDICT_UNWANTED;
		return 0;
	}
	subject->verdict = VERDICT_WANTED;
	r = describe_pod(pods, subject, sandbox, err);
	return r < 0 ? r :
		       observation_add_reason(&subject->observation, err,
					      "the runtime forgot the container before it could be "
					      "asked for its name");
}

static int decide(struct target_pods *pods, struct subject *subject,
		  const struct inventory *inventory, int64_t now, struct error *err)
{
	const char *id = subject->observation.container_id;
	const struct cri_container *container = container_by_id(inventory, id);
	const struct cri_sandbox *sandbox =
		container ? sandbox_by_id(inventory, container->sandbox_id) : NULL;
	int r;

	if (sandbox_by_id(inventory, id)) { /* a pod's own, under the runtime's default profile */
		subject->verdict = VERDICT_UNWANTED;
		return 0;
	}
	if (!sandbox) {
		if (!subject->next_look)
			subject->next_look = now + PATIENCE_NS;
		if (subject->live || now < subject->next_look || !subject->observation.pod_uid)
			return 0;
		return decide_by_pod(pods, subject, inventory, err);
	}
	if (!selects_pod(pods, sandbox) || !selects_container(pods, container->name)) {
		subject->verdict = VERDICT_UNWANTED;
		return 0;
	}
	subject->next_look = 0;
	r = check_visible(sandbox, sandbox->runtime_handler, err);
	if (r == 0)
		r = describe_pod(pods, subject, sandbox, err);
	if (r == 0)
		r = describe_container(pods, subject, sandbox, container, err);
	subject->verdict = r == 0 ? VERDICT_WANTED : VERDICT_UNWANTED;
	return r;
}

static bool has_open(const struct target *target)
{
	size_t i;

	for (i = 0; i < target->subjects.length; i++)
		if (target->subjects.items[i]->verdict == VERDICT_OPEN)
			return true;
	return false;
}

static int tick(struct target *target, struct error *err)
{
	struct target_pods *pods = pods_of(target);
	_cleanup_inventory_ struct inventory inventory = {};
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	size_t i;
	int r = 0;

	if (now < pods->next_ask || !has_open(target))
		return 0;
	pods->next_ask = now + ASK_INTERVAL_NS;
	/* A runtime that restarts does not answer; the cgroups stay open until it does. */
	if (inventory_take(pods->cri, &inventory, NULL) < 0)
		return 0;
	for (i = 0; i < target->subjects.length && r == 0; i++)
		if (target->subjects.items[i]->verdict == VERDICT_OPEN)
			r = decide(pods, target->subjects.items[i], &inventory, now, err);
	return r;
}

static void destroy(struct target *target)
{
	struct target_pods *pods = pods_of(target);

	selector_destroy(pods->selector);
	cri_destroy(pods->cri);
}

static const struct target_kind kind = {
	.recorder = { .mark_new = true, .watch_denied = true, .slots = 4095 },
	.prepare = prepare,
	.tick = tick,
	.classify = classify,
	.destroy = destroy,
};

int target_create_pods(const struct target_request *request, struct target **ret_target,
		       struct error *err)
{
	struct target_pods *pods = calloc(1, sizeof(*pods));
	_cleanup_target_ struct target *target = (struct target *)pods;
	int r;

	if (!pods)
		return error_nomem(err);
	pods->selector_text = request->pods;
	pods->pod_namespace = request->pod_namespace;
	pods->names = request->container_names;
	pods->name_count = request->container_name_count;
	pods->wait = request->wait;
	r = target_init(target, &kind, err, "pods %s in %s%s", request->pods,
			request->pod_namespace ? "namespace " : "all namespaces",
			request->pod_namespace ? request->pod_namespace : "");
	if (r < 0)
		return r;
	r = selector_parse(request->pods, &pods->selector, err);
	if (r < 0)
		return r;
	r = cri_connect(request->runtime_endpoint, &pods->cri, err);
	if (r < 0)
		return r;
	*ret_target = steal_pointer(&target);
	return 0;
}
