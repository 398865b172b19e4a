// SPDX-License-Identifier: Apache-2.0
#include "selection/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "recording/applied_profile.h"
#include "record/tracked_cgroup.h"
#include "selection/answered.h"
#include "selection/left_out.h"
#include "selection/workload_arguments.h"
#include "container/container.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/str.h"

#define DESCRIPTION_WAIT_NS (10 * 1000000000LL)

/* Sets a string that is not known yet. */
static int set_unknown(char **field, const char *text, struct error *err)
{
	if (*field || !text || !*text)
		return 0;
	*field = strdup(text);
	return *field ? 0 : error_nomem(err);
}

/* A field of an observation and its text; NULL if unknown. */
struct description {
	char **field;
	const char *text;
};

static int set_all_unknown(const struct description *fields, size_t count, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < count && r == 0; i++)
		r = set_unknown(fields[i].field, fields[i].text, err);
	return r;
}

struct workload *workload_create(void)
{
	struct workload *workload = calloc(1, sizeof(*workload));

	if (!workload)
		return NULL;
	workload->match = MATCH_SELECTED;
	workload->mount_namespace = TRISTATE_UNKNOWN;
	workload->observation.no_new_privs = TRISTATE_UNKNOWN;
	return workload;
}

void workload_destroy(struct workload *workload)
{
	if (!workload)
		return;
	observation_finish(&workload->observation);
	call_set_finish(&workload->pending);
	call_set_finish(&workload->answered);
	argument_set_finish(&workload->answered_arguments);
	free(workload->cgroup);
	free(workload->cgroups);
	free(workload);
}

int workload_attach(struct workload *workload, const struct tracked_cgroup *tracked,
		    struct error *err)
{
	uint64_t *grown =
		array_grow(workload->cgroups, workload->cgroup_count, sizeof(*workload->cgroups));

	if (!grown)
		return error_nomem(err);
	workload->cgroups = grown;
	workload->cgroups[workload->cgroup_count++] = tracked->cgroup_id;
	workload->live++;
	if (!workload->created || tracked->created < workload->created)
		workload->created = tracked->created;
	if (tracked->pre_existing)
		workload->pre_existing = true;
	return 0;
}

void workload_detach(struct workload *workload)
{
	workload->live--;
}

static bool owns_cgroup(const struct workload *workload, uint64_t id)
{
	size_t i;

	for (i = 0; i < workload->cgroup_count; i++)
		if (workload->cgroups[i] == id)
			return true;
	return false;
}

bool workload_moved_from_inside(const struct workload *workload,
				const struct tracked_cgroup *tracked)
{
	size_t i;

	for (i = 0; i < RECORDER_MOVERS && tracked->movers[i]; i++)
		if (owns_cgroup(workload, tracked->movers[i]))
			return true;
	return false;
}

static int merge_as(struct call_set *into, const struct call_set *from, enum origin origin,
		    struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < from->length; i++) {
		struct call call = from->items[i];

		call.origin = origin;
		r = call_set_add(into, &call, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Notes how a container was started that was gone before its bundle could be read. */
static void note_start(struct workload *workload, const struct tracked_cgroup *tracked)
{
	struct observation *observation = &workload->observation;

	if (!workload->is_container || !tracked->entered)
		return;
	if (observation->no_new_privs == TRISTATE_UNKNOWN)
		observation->no_new_privs = tracked->no_new_privs ? TRISTATE_YES : TRISTATE_NO;
	if (observation->seccomp == SECCOMP_MODE_UNKNOWN)
		observation->seccomp = tracked->confined ? SECCOMP_MODE_FILTERED :
							   SECCOMP_MODE_UNCONFINED;
}

/*
 * True if the pending calls are work: a process of the workload moved in the tasks that made
 * them, or those tasks were not setting up anything else. A task that runs its parent's program
 * in a container's cgroup and never executes another is a failed runtime, whose calls are not
 * work.
 */
static bool pending_is_work(const struct workload *workload, const struct tracked_cgroup *tracked)
{
	return tracked->pending & RECORDER_PENDING_OTHER ||
	       (tracked->pending & RECORDER_PENDING_RUNTIME && !workload->is_container) ||
	       (tracked->pending & RECORDER_PENDING_MOVED &&
		workload_moved_from_inside(workload, tracked));
}

static int merge_calls(struct workload *workload, const struct tracked_cgroup *tracked,
		       struct error *err)
{
	struct observation *observation = &workload->observation;
	const struct call_set *calls = tracked->calls;
	bool inside = workload_moved_from_inside(workload, tracked);
	int r = merge_as(&observation->calls, &calls[RECORDER_OBSERVED], ORIGIN_OBSERVED, err);

	if (r == 0)
		r = merge_as(&observation->calls, &calls[RECORDER_RUNTIME],
			     inside ? ORIGIN_OBSERVED : ORIGIN_RUNTIME, err);
	if (r == 0)
		r = merge_as(&observation->denied, &calls[RECORDER_DENIED], ORIGIN_OBSERVED, err);
	if (r == 0)
		r = merge_as(&workload->answered, &calls[RECORDER_ANSWERED], ORIGIN_OBSERVED, err);
	if (r == 0)
		r = merge_as(pending_is_work(workload, tracked) ? &observation->calls :
								  &workload->pending,
			     &calls[RECORDER_PENDING], ORIGIN_OBSERVED, err);
	if (r == 0)
		r = workload_merge_arguments(workload, tracked, pending_is_work(workload, tracked),
					     err);
	if (r == 0 && !inside) {
		note_start(workload, tracked);
		observation->start_hook |= tracked->start_hook;
		if (tracked->setup_size)
			workload->setup_size = tracked->setup_size;
	}
	return r;
}

static int merge_reasons(struct workload *workload, const struct tracked_cgroup *tracked,
			 bool left_unrecorded, struct error *err)
{
	struct observation *observation = &workload->observation;
	int r = 0;

	if (left_unrecorded && (!tracked->left_pending || pending_is_work(workload, tracked)))
		r = observation_add_reason(
			observation, err,
			"process %d (%s) left for a cgroup that is not recorded: "
			"what it did there is missing",
			tracked->left_pid, tracked->left_process);
	if (r == 0 && workload->is_container && tracked->pending & RECORDER_PENDING_HOOK)
		r = observation_add_reason(
			observation, err,
			"the runtime ran a program that may have been a hook under the "
			"container's filter, or the workload: what that did is not in the "
			"recording");
	if (r == 0 && tracked->replaced)
		r = observation_add_reason(
			observation, err,
			"another version of recorder, or one with other options, took over while "
			"processes were starting in it");
	return r;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * The workload's own cgroup exists longer than those below it, so its losses include theirs:
 * the sum would count them twice.
 */
static void merge_losses(struct recorder_totals *into, const struct recorder_totals *losses)
{
	into->lost_slots = larger(into->lost_slots, losses->lost_slots);
	into->lost_map = larger(into->lost_map, losses->lost_map);
	into->lost_events = larger(into->lost_events, losses->lost_events);
	into->recursion = larger(into->recursion, losses->recursion);
}

int workload_merge(struct workload *workload, const struct tracked_cgroup *tracked,
		   bool left_unrecorded, struct error *err)
{
	struct observation *observation = &workload->observation;
	int r = merge_calls(workload, tracked, err);

	if (r == 0)
		r = merge_reasons(workload, tracked, left_unrecorded, err);
	if (r < 0)
		return r;
	if (tracked->calls[RECORDER_RUNTIME].length && workload->is_container &&
	    !tracked->start_hook)
		observation->seccomp = SECCOMP_MODE_FILTERED;
	observation->losses[LOSS_MAP] += tracked->lost;
	observation->losses[LOSS_DENIED] += tracked->unwatched_filter;
	observation->losses[LOSS_ARGUMENTS] += tracked->values_lost;
	merge_losses(&workload->losses, &tracked->losses);
	workload->entered |= tracked->entered;
	workload->present |= tracked->present;
	/* If the cgroup exists, only its recording ends, and that is now. */
	if (!tracked->removed)
		observation->end = clock_ns(CLOCK_REALTIME);
	else if (tracked->removed > observation->end)
		observation->end = tracked->removed;
	workload->live--;
	return 0;
}

static int copy_capabilities(struct observation *observation, const struct bundle *bundle,
			     struct error *err)
{
	size_t i;
	int r;

	observation->capabilities_known = bundle->capabilities_known;
	for (i = 0; i < bundle->capability_count; i++) {
		r = observation_add_capability(observation, bundle->capabilities[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * Copies the profile of the bundle. A profile that cannot be parsed is left out: it is for the
 * runtime to report that.
 */
static void note_profile(struct observation *observation, const struct bundle *bundle)
{
	if (bundle->seccomp && !observation->applied_profile)
		applied_profile_create(bundle->seccomp, &observation->applied_profile, NULL);
}

static int describe_from_bundle(struct workload *workload, const struct bundle *bundle,
				struct error *err)
{
	struct observation *observation = &workload->observation;
	const struct description fields[] = {
		{ &observation->container_name, bundle->container_name },
		{ &observation->image, bundle->image },
		{ &observation->pod_name, bundle->pod_name },
		{ &observation->pod_namespace, bundle->pod_namespace },
		{ &observation->pod_uid, bundle->pod_uid },
	};
	int r;

	observation->no_new_privs = bundle->no_new_privs;
	observation->seccomp = bundle->has_seccomp ? SECCOMP_MODE_FILTERED :
						     SECCOMP_MODE_UNCONFINED;
	note_profile(observation, bundle);
	workload->mount_namespace = bundle->mount_namespace ? TRISTATE_YES : TRISTATE_NO;
	r = set_all_unknown(fields, array_size(fields), err);
	return r < 0 ? r : copy_capabilities(observation, bundle, err);
}

/* Notes an engine that has a default profile; runc and crun called by hand have none. */
static int note_engine(struct observation *observation, const struct container *container,
		       struct error *err)
{
	enum container_engine engine = container->engine;
	int r;

	if (engine == ENGINE_UNKNOWN || engine == ENGINE_RUNC || engine == ENGINE_CRUN)
		return 0;
	r = set_unknown(&observation->engine, container_engine_name(engine), err);
	return r < 0 ? r :
		       set_unknown(&observation->engine_version, container->engine_version, err);
}

/* Called after describe_from_bundle(): the bundle's name is that within the pod and is kept. */
static int describe_from_record(struct observation *observation, const struct container *container,
				struct error *err)
{
	const struct description fields[] = {
		{ &observation->container_name, container->name },
		{ &observation->image, container->image },
		{ &observation->image_digest, container->image_digest },
	};

	return set_all_unknown(fields, array_size(fields), err);
}

int workload_describe(struct workload *workload, const struct container *container,
		      struct error *err)
{
	struct observation *observation = &workload->observation;
	int r = set_unknown(&observation->container_id, container->id, err);

	if (r < 0)
		return r;
	r = set_unknown(&observation->runtime, container->runtime, err);
	if (r < 0)
		return r;
	r = set_unknown(&observation->runtime_version, container->runtime_version, err);
	if (r < 0)
		return r;
	r = note_engine(observation, container, err);
	if (r == 0 && container->bundle_known) {
		workload->described = true;
		r = describe_from_bundle(workload, &container->bundle, err);
	}
	return r < 0 ? r : describe_from_record(observation, container, err);
}

int observation_set_node(struct observation *observation, struct error *err)
{
	struct utsname name;
	int r;

	uname(&name);
	observation->machine = machine_native();
	r = set_unknown(&observation->node, name.nodename, err);
	if (r < 0)
		return r;
	return set_unknown(&observation->kernel, name.release, err);
}

/*
 * True if set-up cannot be distinguished from work: the container shares its mount namespace
 * with the runtime.
 */
static bool has_no_namespace(const struct workload *workload)
{
	return workload->is_container && !workload->entered &&
	       workload->mount_namespace == TRISTATE_NO;
}

/* A cgroup that was empty when the recording began is recorded from its first process. */
static int finalize_plain(struct workload *workload, struct error *err)
{
	struct observation *observation = &workload->observation;

	if (!workload->cgroup || !workload->present)
		return 0;
	observation->losses[LOSS_LATE] = 1;
	return observation_add_reason(observation, err,
				      "processes were in the cgroup before the recording began: "
				      "what they did until then is not in it");
}

static int finalize_container(struct workload *workload, struct error *err)
{
	struct observation *observation = &workload->observation;

	if (workload->present && !workload->waited) {
		observation->losses[LOSS_LATE] = 1;
		return observation_add_reason(observation, err,
					      "the container ran before the recording began: what "
					      "it did until then is not in it");
	}
	if (workload->entered)
		return 0;
	if (workload->mount_namespace == TRISTATE_NO)
		return observation_add_reason(
			observation, err,
			"the container has no mount namespace of its own: the runtime's set-up "
			"could not be told from its work and is in the recording");
	return observation_add_reason(observation, err,
				      "no start of a program in the container was seen");
}

int observation_note_lost_slots(struct observation *observation, uint64_t slots, struct error *err)
{
	if (slots == 0)
		return 0;
	observation->losses[LOSS_SLOTS] = larger(observation->losses[LOSS_SLOTS], slots);
	return observation_add_reason(observation, err, LEFT_OUT_SLOTS);
}

static int finalize_losses(struct workload *workload, struct error *err)
{
	struct observation *observation = &workload->observation;
	int r = 0;

	if (observation->losses[LOSS_DENIED])
		r = observation_add_reason(
			observation, err,
			"a filter was in force before denied calls were watched: "
			"the first denied calls may be missing "
			"(--watch-denied always watches from the start)");
	if (r == 0 && observation->losses[LOSS_MAP])
		r = observation_add_reason(observation, err,
					   "the kernel could not store something about it");
	if (r == 0 && workload->losses.lost_map)
		r = observation_add_reason(observation, err,
					   "the kernel could not store something");
	if (r == 0)
		r = observation_note_lost_slots(observation, workload->losses.lost_slots, err);
	if (r == 0 && workload->losses.recursion)
		r = observation_add_reason(observation, err,
					   "the kernel did not run the program for some system "
					   "calls on this machine (recursion_misses)");
	observation->losses[LOSS_MAP] += workload->losses.lost_map;
	observation->losses[LOSS_RECURSION] += workload->losses.recursion;
	observation->losses[LOSS_EVENTS] += workload->losses.lost_events;
	return r;
}

/* Without a container, or where the beginning was missed, there is no set-up to wait for. */
static bool was_set_up(const struct workload *workload)
{
	return !workload->is_container || workload->entered ||
	       (workload->present && !workload->waited);
}

/*
 * What was looked for and not found after so long never will be: a runtime writes its files at
 * once.
 */
static bool is_known(const struct workload *workload, int64_t now)
{
	return !workload->is_container || workload->described ||
	       (workload->next_look && now - workload->created >= DESCRIPTION_WAIT_NS);
}

bool workload_is_settled(const struct workload *workload, int64_t now)
{
	return workload->match == MATCH_SELECTED && workload->created && is_known(workload, now) &&
	       was_set_up(workload);
}

bool workload_wants_description(const struct workload *workload, int64_t now)
{
	return workload->is_container && !workload->described && !workload->looking &&
	       workload->live && workload->match == MATCH_SELECTED && now >= workload->next_look;
}

bool workload_wants_version(const struct workload *workload)
{
	return workload->is_container && workload->match == MATCH_SELECTED && workload->created &&
	       !workload->live && !workload->looking && !workload->version_sought &&
	       !workload->observation.runtime_version;
}

/* Counts the pending calls as work. Their arguments were not recorded. */
static int merge_pending(struct workload *workload, struct error *err)
{
	struct observation *observation = &workload->observation;
	int r = call_set_merge(&observation->calls, &workload->pending, err);

	return r < 0 ? r :
		       argument_set_note_unrecorded(&observation->arguments, &workload->pending,
						    machine_native(), err);
}

int workload_finalize(struct workload *workload, struct error *err)
{
	struct observation *observation = &workload->observation;
	struct timespec now;
	int r = observation_set_node(observation, err);

	if (r < 0)
		return r;
	clock_gettime(CLOCK_REALTIME, &now);
	observation->start = workload->created;
	if (!observation->end || workload->live)
		observation->end = now.tv_sec * 1000000000LL + now.tv_nsec;
	r = answered_resolve(observation, &workload->answered, &workload->answered_arguments, err);
	if (r == 0 && has_no_namespace(workload))
		r = merge_pending(workload, err);
	if (r == 0)
		r = finalize_losses(workload, err);
	if (r < 0)
		return r;
	return workload->is_container ? finalize_container(workload, err) :
					finalize_plain(workload, err);
}
