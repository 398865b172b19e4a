// SPDX-License-Identifier: Apache-2.0
#include "selection/subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "recording/applied_profile.h"
#include "record/lifetime.h"
#include "selection/answered.h"
#include "container/container.h"
#include "container/runtime.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

/* Sets a string that is not known yet. */
static int set_unknown(char **field, const char *text, struct error *err)
{
	if (*field || !text || !*text)
		return 0;
	*field = strdup(text);
	return *field ? 0 : error_nomem(err);
}

/* What says a field of an observation; NULL where nothing does. */
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

struct subject *subject_create(void)
{
	struct subject *subject = calloc(1, sizeof(*subject));

	if (!subject)
		return NULL;
	subject->verdict = VERDICT_WANTED;
	subject->mount_namespace = TRISTATE_UNKNOWN;
	subject->observation.no_new_privs = TRISTATE_UNKNOWN;
	return subject;
}

void subject_destroy(struct subject *subject)
{
	if (!subject)
		return;
	observation_finish(&subject->observation);
	call_set_finish(&subject->pending);
	call_set_finish(&subject->answered);
	free(subject->cgroup);
	free(subject->cgroups);
	free(subject);
}

int subject_adopt(struct subject *subject, struct lifetime *lifetime, struct error *err)
{
	uint64_t *grown =
		array_grow(subject->cgroups, subject->cgroup_count, sizeof(*subject->cgroups));

	if (!grown)
		return error_nomem(err);
	subject->cgroups = grown;
	subject->cgroups[subject->cgroup_count++] = lifetime->cgroup_id;
	subject->live++;
	if (!subject->born || lifetime->born < subject->born)
		subject->born = lifetime->born;
	if (lifetime->found)
		subject->found = true;
	lifetime->owner = subject;
	return 0;
}

void subject_disown(struct lifetime *lifetime)
{
	struct subject *subject = lifetime->owner;

	subject->live--;
	lifetime->owner = NULL;
}

static bool owns_cgroup(const struct subject *subject, uint64_t id)
{
	size_t i;

	for (i = 0; i < subject->cgroup_count; i++)
		if (subject->cgroups[i] == id)
			return true;
	return false;
}

bool subject_moved_from_inside(const struct subject *subject, const struct lifetime *lifetime)
{
	size_t i;

	for (i = 0; i < RECORDER_MOVERS && lifetime->movers[i]; i++)
		if (owns_cgroup(subject, lifetime->movers[i]))
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

/* Which runtime it was, where the container is gone before its bundle could be read. */
static int note_runtime(struct subject *subject, const struct lifetime *lifetime, struct error *err)
{
	return set_unknown(&subject->observation.runtime,
			   runtime_name_of_size(lifetime->setup_size), err);
}

/* How the container was started, where it was gone before its bundle could be read. */
static void note_start(struct subject *subject, const struct lifetime *lifetime)
{
	struct observation *observation = &subject->observation;

	if (!subject->is_container || !lifetime->entered)
		return;
	if (observation->no_new_privs == TRISTATE_UNKNOWN)
		observation->no_new_privs = lifetime->no_new_privs ? TRISTATE_YES : TRISTATE_NO;
	if (observation->seccomp == SECCOMP_MODE_UNKNOWN)
		observation->seccomp = lifetime->confined ? SECCOMP_MODE_FILTERED :
							    SECCOMP_MODE_UNCONFINED;
}

/*
 * True if the pending calls are work: a process of the subject moved those in who made them, or they were
 * never about to become anything else. What runs its parent's program in a container's cgroup and never
 * executes another is a runtime that failed.
 */
static bool pending_is_work(const struct subject *subject, const struct lifetime *lifetime)
{
	return lifetime->pending & RECORDER_PENDING_OTHER ||
	       (lifetime->pending & RECORDER_PENDING_RUNTIME && !subject->is_container) ||
	       (lifetime->pending & RECORDER_PENDING_MOVED &&
		subject_moved_from_inside(subject, lifetime));
}

static int absorb_calls(struct subject *subject, const struct lifetime *lifetime, struct error *err)
{
	struct observation *observation = &subject->observation;
	const struct call_set *calls = lifetime->calls;
	bool inside = subject_moved_from_inside(subject, lifetime);
	int r = merge_as(&observation->calls, &calls[RECORDER_OBSERVED], ORIGIN_OBSERVED, err);

	if (r == 0)
		r = merge_as(&observation->calls, &calls[RECORDER_RUNTIME],
			     inside ? ORIGIN_OBSERVED : ORIGIN_RUNTIME, err);
	if (r == 0)
		r = merge_as(&observation->denied, &calls[RECORDER_DENIED], ORIGIN_OBSERVED, err);
	if (r == 0)
		r = merge_as(&subject->answered, &calls[RECORDER_ANSWERED], ORIGIN_OBSERVED, err);
	if (r == 0)
		r = merge_as(pending_is_work(subject, lifetime) ? &observation->calls :
								  &subject->pending,
			     &calls[RECORDER_PENDING], ORIGIN_OBSERVED, err);
	if (r == 0 && !inside) {
		note_start(subject, lifetime);
		observation->start_hook |= lifetime->start_hook;
		r = note_runtime(subject, lifetime, err);
	}
	return r;
}

static int absorb_reasons(struct subject *subject, const struct lifetime *lifetime,
			  struct error *err)
{
	struct observation *observation = &subject->observation;
	int r = 0;

	if (lifetime->left_unrecorded &&
	    (!lifetime->left_pending || pending_is_work(subject, lifetime)))
		r = observation_add_reason(
			observation, err,
			"process %d (%s) left for a cgroup that is not recorded: "
			"what it did there is missing",
			lifetime->left_pid, lifetime->left_process);
	if (r == 0 && subject->is_container && lifetime->pending & RECORDER_PENDING_HOOK)
		r = observation_add_reason(
			observation, err,
			"the runtime ran a program that may have been a hook under the "
			"container's filter, or the workload: what that did is not in the "
			"recording");
	return r;
}

int subject_absorb(struct subject *subject, const struct lifetime *lifetime, struct error *err)
{
	struct observation *observation = &subject->observation;
	int r = absorb_calls(subject, lifetime, err);

	if (r == 0)
		r = absorb_reasons(subject, lifetime, err);
	if (r < 0)
		return r;
	if (lifetime->calls[RECORDER_RUNTIME].length && subject->is_container &&
	    !lifetime->start_hook)
		observation->seccomp = SECCOMP_MODE_FILTERED;
	observation->losses[LOSS_MAP] += lifetime->lost;
	observation->losses[LOSS_DENIED] += lifetime->unwatched_filter;
	subject->entered |= lifetime->entered;
	subject->present |= lifetime->present;
	if (lifetime->died > observation->end)
		observation->end = lifetime->died;
	subject->live--;
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

/* A profile that cannot be read is the runtime's business: it is not written down, that is all. */
static void note_profile(struct observation *observation, const struct bundle *bundle)
{
	if (bundle->seccomp && !observation->applied_profile)
		applied_profile_create(bundle->seccomp, &observation->applied_profile, NULL);
}

static int describe_from_bundle(struct subject *subject, const struct bundle *bundle,
				struct error *err)
{
	struct observation *observation = &subject->observation;
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
	subject->mount_namespace = bundle->mount_namespace ? TRISTATE_YES : TRISTATE_NO;
	r = set_all_unknown(fields, array_size(fields), err);
	return r < 0 ? r : copy_capabilities(observation, bundle, err);
}

/* Those that have a default profile; runc and crun called by hand have none. */
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

/* After the bundle: in a pod, the name there is the one in the pod. */
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

int subject_describe(struct subject *subject, const struct container *container, struct error *err)
{
	struct observation *observation = &subject->observation;
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
		subject->described = true;
		r = describe_from_bundle(subject, &container->bundle, err);
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

/* True if set-up cannot be told from work: the container shares its mount namespace with the runtime. */
static bool has_no_namespace(const struct subject *subject)
{
	return subject->is_container && !subject->entered &&
	       subject->mount_namespace == TRISTATE_NO;
}

/* A cgroup that was empty when the recording began is recorded from its first process. */
static int conclude_plain(struct subject *subject, struct error *err)
{
	struct observation *observation = &subject->observation;

	if (!subject->cgroup || !subject->present)
		return 0;
	observation->losses[LOSS_LATE] = 1;
	return observation_add_reason(observation, err,
				      "processes were in the cgroup before the recording began: "
				      "what they did until then is not in it");
}

static int conclude_container(struct subject *subject, struct error *err)
{
	struct observation *observation = &subject->observation;

	/* A short container may be gone before its files were read; its runtime is still there. */
	if (observation->runtime && !observation->runtime_version)
		runtime_version(observation->runtime, NULL, &observation->runtime_version, NULL);

	if (subject->present && !subject->waited) {
		observation->losses[LOSS_LATE] = 1;
		return observation_add_reason(observation, err,
					      "the container ran before the recording began: what "
					      "it did until then is not in it");
	}
	if (subject->entered)
		return 0;
	if (subject->mount_namespace == TRISTATE_NO)
		return observation_add_reason(
			observation, err,
			"the container has no mount namespace of its own: the runtime's set-up "
			"could not be told from its work and is in the recording");
	return observation_add_reason(observation, err,
				      "no start of a program in the container was seen");
}

int subject_conclude(struct subject *subject, struct error *err)
{
	struct observation *observation = &subject->observation;
	struct timespec now;
	int r = observation_set_node(observation, err);

	if (r < 0)
		return r;
	clock_gettime(CLOCK_REALTIME, &now);
	observation->start = subject->born;
	if (!observation->end || subject->live)
		observation->end = now.tv_sec * 1000000000LL + now.tv_nsec;
	r = answered_resolve(observation, &subject->answered, err);
	if (r == 0 && has_no_namespace(subject))
		r = call_set_merge(&observation->calls, &subject->pending, err);
	if (r < 0)
		return r;
	if (observation->losses[LOSS_DENIED]) {
		r = observation_add_reason(
			observation, err,
			"a filter was in force before denied calls were watched: "
			"the first denied calls may be missing "
			"(--watch-denied always watches from the start)");
		if (r < 0)
			return r;
	}
	if (observation->losses[LOSS_MAP]) {
		r = observation_add_reason(observation, err,
					   "the kernel could not store something about it");
		if (r < 0)
			return r;
	}
	return subject->is_container ? conclude_container(subject, err) :
				       conclude_plain(subject, err);
}
