// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "cgroup/cgroup_path.h"
#include "selection/pods.h"
#include "util/clock.h"
#include "util/error.h"

/* How long an ended container that the runtime does not know is kept. */
#define PATIENCE_NS 5000000000LL

/* Nobody can say any more whether the container is one of those that are meant. */
static int give_up(struct target_pods *pods, struct subject *subject, const char *why,
		   struct error *err)
{
	subject->verdict = VERDICT_UNWANTED;
	return left_out_add(&pods->target.left_out, err,
			    "container %s (cgroup %s) may belong to the pods and is not in it: %s",
			    subject->observation.container_id, subject->cgroup, why);
}

/* Engines whose containers CRI does not know, where they are in no pod. */
static bool is_of_other_engine(const struct subject *subject)
{
	struct cgroup_container container;

	if (!cgroup_path_parse(subject->cgroup, &container))
		return false;
	switch (container.engine) {
	case ENGINE_DOCKER:
	case ENGINE_PODMAN:
	case ENGINE_RUNC:
	case ENGINE_CRUN:
		return true;
	default:
		return false;
	}
}

/*
 * Outside of pods: a container that the runtime does not know while its cgroup exists is not the
 * runtime's, which knows its containers before it makes their cgroups. But CRI-O does not list
 * one that it is still creating.
 */
static bool is_foreign(const struct target_pods *pods, const struct subject *subject)
{
	_cleanup_free_ char *directory = NULL;
	struct cgroup_container container;

	if (subject->observation.pod_uid)
		return false;
	if (is_of_other_engine(subject))
		return true;
	return !pods->failure && cgroup_path_parse(subject->cgroup, &container) &&
	       container.engine != ENGINE_CRIO &&
	       cgroup_directory(&pods->mount, subject->cgroup, &directory, NULL) == 0 &&
	       access(directory, F_OK) == 0;
}

/* The runtime has forgotten the container, but may know its pod. */
static int decide_by_pod(struct target_pods *pods, struct subject *subject, struct error *err)
{
	const struct inventory *inventory = &pods->inventory;
	const char *uid = subject->observation.pod_uid;
	const struct cri_sandbox *sandbox = uid ? inventory_sandbox_of_pod(inventory, uid) : NULL;
	int r;

	if (!sandbox || (pods_select_pod(pods, sandbox) && pods->name_count))
		return give_up(pods, subject,
			       pods->failure ? pods->failure : "the runtime has forgotten it", err);
	if (!pods_select_pod(pods, sandbox)) {
		subject->verdict = VERDICT_UNWANTED;
		return 0;
	}
	subject->verdict = VERDICT_WANTED;
	r = pods_describe_pod(pods, subject, sandbox, err);
	return r < 0 ? r :
		       observation_add_reason(&subject->observation, err,
					      "the runtime could not be asked for the container's "
					      "name before it forgot the container");
}

static int accept(struct target_pods *pods, struct subject *subject,
		  const struct cri_sandbox *sandbox, const struct cri_container *container,
		  struct error *err)
{
	int r = pods_check_visible(sandbox, sandbox->runtime_handler, err);

	subject->next_look = 0;
	if (r == 0)
		r = pods_describe_pod(pods, subject, sandbox, err);
	if (r == 0)
		r = pods_describe_container(pods, subject, sandbox, container, err);
	subject->verdict = r == 0 ? VERDICT_WANTED : VERDICT_UNWANTED;
	return r;
}

/* With last, what cannot be decided now never will be. */
static int decide(struct target_pods *pods, struct subject *subject, bool last, struct error *err)
{
	const struct inventory *inventory = &pods->inventory;
	const char *id = subject->observation.container_id;
	const struct cri_container *container = inventory_container(inventory, id);
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	const struct cri_sandbox *sandbox;

	/* A pod's own is under the runtime's default profile. */
	if (inventory_sandbox(inventory, id)) {
		subject->verdict = VERDICT_UNWANTED;
		return 0;
	}
	if (container && inventory_sandbox(inventory, container->sandbox_id)) {
		sandbox = pods_selected(pods, inventory, container);
		if (sandbox)
			return accept(pods, subject, sandbox, container, err);
		subject->verdict = VERDICT_UNWANTED;
		return 0;
	}
	if (is_foreign(pods, subject)) {
		subject->verdict = VERDICT_UNWANTED;
		return 0;
	}
	if (!subject->next_look)
		subject->next_look = now + PATIENCE_NS;
	if (!last && (subject->live || now < subject->next_look))
		return 0;
	return decide_by_pod(pods, subject, err);
}

int pods_decide_all(struct target_pods *pods, struct error *err)
{
	struct subjects *subjects = &pods->target.subjects;
	size_t i;
	int r = 0;

	for (i = 0; i < subjects->length && r == 0; i++)
		if (subjects->items[i]->verdict == VERDICT_OPEN)
			r = decide(pods, subjects->items[i], false, err);
	return r;
}

int pods_decide_last(struct target_pods *pods, struct error *err)
{
	struct subjects *subjects = &pods->target.subjects;
	size_t i;
	int r = 0;

	for (i = 0; i < subjects->length && r == 0; i++) {
		_cleanup_error_ struct error why = ERROR_INIT;
		struct subject *subject = subjects->items[i];

		if (subject->verdict == VERDICT_WANTED && !subject->born)
			r = give_up(pods, subject, "it was gone before it could be recorded", err);
		if (subject->verdict != VERDICT_OPEN)
			continue;
		/* One that cannot be recorded is no reason to lose the others. */
		if (decide(pods, subject, true, &why) < 0)
			r = left_out_add(&pods->target.left_out, err, "%s", error_message(&why));
	}
	return r;
}
