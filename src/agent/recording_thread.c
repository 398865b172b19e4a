// SPDX-License-Identifier: Apache-2.0
#include "agent/recording_thread.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/evidence.h"
#include "agent/host_entry.h"
#include "agent/node_session.h"
#include "agent/recording_plan.h"
#include "agent/recording_report.h"
#include "json/cursor.h"
#include "record/recorder.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/log.h"
#include "util/loop.h"
#include "util/name_table.h"
#include "util/str.h"

#define NSEC_PER_SEC 1000000000LL
/* recorder_poll() wants to be called once a second. */
#define TICK_MS 1000
/* Between attempts to record what failed. */
#define RETRY_NS (10 * NSEC_PER_SEC)
/* How long recordings of the cluster are waited for: slots do not run out so fast. */
#define RELEASE_NS (30 * NSEC_PER_SEC)
#define PRUNE_NS (3600 * NSEC_PER_SEC)

struct entry {
	char *name; /* the uid of the ProfileRecording */
	struct node_session *session;
	bool listed;   /* by the cluster, since this agent runs */
	bool over;     /* its last report was made, or is to be made */
	bool ending;   /* the latter: it could not be made yet */
	int64_t retry; /* CLOCK_MONOTONIC: next attempt to start, or to end */
	char *failure; /* of the last attempt, as reported; NULL */
};

struct recording_thread {
	struct node_session_options session_options;
	const struct node_recorder_options *options;
	const struct node_recorder_handlers *handlers;
	void *data;
	struct loop *loop;
	struct loop_timer *timer;
	struct recorder *recorder; /* NULL while nothing is recorded */
	struct loop_fd *watch;	   /* of the recorder; NULL until it may let go of anything */
	struct name_table entries;
	bool has_leftovers; /* an earlier agent may have left pins that nobody took over */
	bool releasing;	    /* lets go of what nobody selects */
	int64_t release_by; /* CLOCK_MONOTONIC */
	int64_t next_prune; /* the same */
	bool untidy;	    /* much memory was in use for a moment */
};

static void entry_destroy(struct entry *entry)
{
	node_session_destroy(entry->session);
	free(entry->failure);
	free(entry->name);
	free(entry);
}

DEFINE_CLEANUP(struct entry *, entry_destroy);

static void trouble(struct recording_thread *thread, const struct error *err)
{
	thread->handlers->trouble(-err->code, err, thread->data);
}

/* Each report says whether this node fails to record: a later one replaces what an earlier one said. */
static void report(struct recording_thread *thread, const struct entry *entry,
		   struct recording_report *report)
{
	if (!report)
		return;
	report->failure = entry->failure ? strdup(entry->failure) : NULL;
	thread->handlers->reported(report, thread->data);
}

/* Reports, once, why a recording cannot begin, or be saved; NULL: all is well. */
static void report_failure(struct recording_thread *thread, struct entry *entry, const char *why)
{
	const struct recording_plan *plan = node_session_plan(entry->session);
	_cleanup_recording_report_ struct recording_report *failed = NULL;

	if (strcmp(entry->failure ?: "", why ?: "") == 0)
		return;
	free(entry->failure);
	entry->failure = why ? strdup(why) : NULL;
	if (why)
		log_warning("ProfileRecording %s/%s: %s", plan->namespace, plan->name, why);
	failed = recording_report_create(plan->namespace, plan->name, plan->uid);
	if (!failed)
		return;
	report(thread, entry, steal_pointer(&failed));
}

/* ---- the recorder */

static void interrupt_all(struct recording_thread *thread, const struct error *cause);

static void poll_recorder(struct recording_thread *thread)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (thread->recorder && thread->watch && recorder_poll(thread->recorder, &err) < 0)
		interrupt_all(thread, &err);
}

static void on_recorder(int fd, unsigned int events, void *data)
{
	poll_recorder(data);
}

/* Once polled, the recorder lets go of what nobody selects. */
static int watch_recorder(struct recording_thread *thread, struct error *err)
{
	if (!thread->recorder || thread->watch || !thread->releasing)
		return 0;
	return loop_add_fd(thread->loop, recorder_fd(thread->recorder), LOOP_READ, on_recorder,
			   thread, &thread->watch, err);
}

/* Attaches the BPF programs, or takes over those that an earlier agent pinned. */
static int get_recorder(struct recording_thread *thread, struct recorder_options *options,
			struct error *err)
{
	_cleanup_recorder_ struct recorder *recorder = NULL;
	const char *unpinned;
	int r;

	if (thread->recorder)
		return 0;
	options->pins = thread->options->pin_dir;
	thread->untidy = true;
	r = recorder_create(options, &recorder, err);
	if (r == 0)
		r = recorder_attach(recorder, err);
	if (r == 0)
		r = recorder_start(recorder, err);
	if (r < 0)
		return r;
	unpinned = recorder_pins_failure(recorder);
	if (unpinned)
		log_warning("what is recorded is lost if the agent is killed: %s", unpinned);
	log_info("BPF programs: %s", recorder_is_taken_over(recorder) ? "taken over" : "attached");
	thread->recorder = steal_pointer(&recorder);
	thread->has_leftovers = false;
	return watch_recorder(thread, err);
}

static void drop_recorder(struct recording_thread *thread, bool detach)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	bool pinned, removed;

	if (!thread->recorder)
		return;
	pinned = !recorder_pins_failure(thread->recorder);
	loop_remove_fd(thread->watch);
	thread->watch = NULL;
	if (detach && recorder_stop(thread->recorder, &err) < 0)
		trouble(thread, &err);
	recorder_destroy(thread->recorder);
	thread->recorder = NULL;
	if (!detach)
		return;
	/* The directory of the pins goes too, which is of no use by now. */
	if (!err.code && pinned && recorder_detach(thread->options->pin_dir, &removed, &err) < 0)
		trouble(thread, &err);
	log_info("BPF programs: detached");
}

static bool wants_to_record(const struct entry *entry)
{
	return !entry->over && node_session_plan(entry->session)->records;
}

/* Removes the programs of an agent whose recordings are over. */
static void remove_leftovers(struct recording_thread *thread)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	bool removed = false;

	thread->has_leftovers = false;
	if (recorder_detach(thread->options->pin_dir, &removed, &err) < 0)
		log_warning("BPF programs of an earlier recorder: %s", error_message(&err));
	else if (removed)
		log_info("removed what an earlier recorder left pinned: %s",
			 thread->options->pin_dir);
}

/*
 * Lets the programs go if nothing is recorded. As long as something wants to go on, and cannot because
 * the runtime does not answer, they go on counting for it.
 */
static void drop_idle_recorder(struct recording_thread *thread)
{
	bool wanted = false;
	size_t i;

	for (i = 0; i < thread->entries.length; i++) {
		const struct entry *entry = thread->entries.items[i];

		if (node_session_is_running(entry->session))
			return;
		wanted = wanted || wants_to_record(entry);
	}
	thread->has_leftovers = thread->has_leftovers || (thread->recorder && wanted);
	drop_recorder(thread, !wanted);
	if (thread->has_leftovers && !wanted)
		remove_leftovers(thread);
}

/* ---- the sessions */

static int try_start(struct recording_thread *thread, struct entry *entry, struct error *err)
{
	struct recorder_options options = {};
	int r = node_session_prepare(entry->session, &options, err);

	if (r == 0)
		r = get_recorder(thread, &options, err);
	return r < 0 ? r : node_session_start(entry->session, thread->recorder, thread->loop, err);
}

static void start(struct recording_thread *thread, struct entry *entry)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (try_start(thread, entry, &err) == 0) {
		report_failure(thread, entry, node_session_unsaved(entry->session));
		return;
	}
	node_session_cancel(entry->session);
	entry->retry = clock_ns(CLOCK_MONOTONIC) + RETRY_NS;
	report_failure(thread, entry, error_message(&err));
}

static void take(struct recording_thread *thread, struct entry *entry)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recording_report *taken = NULL;

	thread->untidy = true;
	if (node_session_take(entry->session, &taken, &err) < 0)
		trouble(thread, &err);
	report(thread, entry, taken);
	report_failure(thread, entry, node_session_unsaved(entry->session));
}

/* Ends to record. If final, the recording will not go on. */
static void stop(struct recording_thread *thread, struct entry *entry, bool final)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct recording_report *last = NULL;

	thread->untidy = true;
	entry->ending = node_session_stop(entry->session, final, &last, &err) < 0 && final;
	if (err.code)
		trouble(thread, &err);
	report(thread, entry, last);
	entry->over = final;
	entry->retry = clock_ns(CLOCK_MONOTONIC) + RETRY_NS;
}

static bool wants_start(const struct entry *entry, int64_t now)
{
	return wants_to_record(entry) && !node_session_is_running(entry->session) &&
	       now >= entry->retry;
}

/* Something keeps all of them from being recorded. They begin again, with what runs by then. */
static void interrupt_all(struct recording_thread *thread, const struct error *cause)
{
	size_t i;

	trouble(thread, cause);
	for (i = 0; i < thread->entries.length; i++) {
		struct entry *entry = thread->entries.items[i];

		if (!node_session_is_running(entry->session))
			continue;
		node_session_interrupt(entry->session, cause);
		stop(thread, entry, false);
	}
	drop_recorder(thread, true);
}

/* ---- what happens with time */

static void attend(struct recording_thread *thread, struct entry *entry, int64_t now)
{
	if (node_session_has_ended(entry->session)) {
		stop(thread, entry, false);
	} else if (entry->ending && now >= entry->retry) {
		stop(thread, entry, true);
	} else if (node_session_is_due(entry->session, now)) {
		take(thread, entry);
	} else if (wants_start(entry, now)) {
		start(thread, entry);
	}
}

static void prune(struct recording_thread *thread, int64_t now)
{
	const struct node_recorder_options *options = thread->options;
	_cleanup_error_ struct error err = ERROR_INIT;

	if (now < thread->next_prune)
		return;
	thread->next_prune = now + PRUNE_NS;
	if (evidence_prune(options->evidence_dir, options->evidence_age, options->evidence_bytes,
			   &err) < 0)
		trouble(thread, &err);
}

static void release(struct recording_thread *thread)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	thread->releasing = true;
	if (watch_recorder(thread, &err) < 0)
		trouble(thread, &err);
}

/* A copy of all evidence leaves much memory that is free, but still the process's. */
static void tidy(struct recording_thread *thread)
{
	if (thread->untidy)
		malloc_trim(0);
	thread->untidy = false;
}

static void on_timer(void *data)
{
	struct recording_thread *thread = data;
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	size_t i;

	if (!thread->releasing && now >= thread->release_by)
		release(thread);
	poll_recorder(thread);
	for (i = 0; i < thread->entries.length; i++)
		attend(thread, thread->entries.items[i], now);
	drop_idle_recorder(thread);
	prune(thread, now);
	tidy(thread);
	if (thread->entries.length > 0)
		loop_start_timer(thread->timer, TICK_MS);
}

/* ---- what is asked */

static struct entry *add_entry(struct recording_thread *thread, struct recording_plan *plan,
			       const char *object, struct error *err)
{
	_cleanup_(cleanup_entry_destroy) struct entry *entry = calloc(1, sizeof(*entry));
	int r;

	if (entry)
		entry->name = strdup(plan->uid);
	if (!entry || !entry->name) {
		error_nomem(err);
		return NULL;
	}
	r = node_session_create(&thread->session_options, plan, object, &entry->session, err);
	if (r == 0)
		r = name_table_add(&thread->entries, entry, err);
	if (r < 0)
		return NULL;
	loop_start_timer(thread->timer, TICK_MS);
	return steal_pointer(&entry);
}

/* True if what a session selects is what a plan selects. A plan that was refused selects nothing. */
static bool selects_same(const struct recording_plan *a, const struct recording_plan *b)
{
	size_t i;

	if (!a->selector || !b->selector || strcmp(a->selector, b->selector) != 0 ||
	    a->container_count != b->container_count)
		return false;
	for (i = 0; i < a->container_count; i++)
		if (strcmp(a->containers[i], b->containers[i]) != 0)
			return false;
	return true;
}

static int change(struct recording_thread *thread, struct entry *entry, struct recording_plan *plan,
		  const char *object, struct error *err)
{
	bool same = selects_same(node_session_plan(entry->session), plan);
	bool goes_on = plan->records && same, final = plan->ended;

	entry->listed = true;
	if (node_session_is_running(entry->session) && !goes_on)
		stop(thread, entry, final);
	else if (final && !entry->over)
		stop(thread, entry, true);
	entry->over = final;
	entry->ending = entry->ending && final;
	entry->retry = 0;
	return node_session_update(entry->session, plan, object, err);
}

void recording_thread_record(struct recording_thread *thread, struct recording_plan *plan,
			     const char *object)
{
	struct entry *entry = name_table_find(&thread->entries, plan->uid);
	_cleanup_error_ struct error err = ERROR_INIT;

	if (!entry && !plan->records)
		return;
	if (entry) {
		if (change(thread, entry, plan, object, &err) < 0)
			trouble(thread, &err);
	} else {
		entry = add_entry(thread, plan, object, &err);
		if (!entry) {
			trouble(thread, &err);
			return;
		}
		entry->listed = true;
	}
	attend(thread, entry, clock_ns(CLOCK_MONOTONIC));
	drop_idle_recorder(thread);
}

void recording_thread_end(struct recording_thread *thread, const char *uid)
{
	struct entry *entry = name_table_find(&thread->entries, uid);

	if (!entry || entry->over)
		return;
	stop(thread, entry, true);
	drop_idle_recorder(thread);
}

void recording_thread_forget(struct recording_thread *thread, const char *uid)
{
	struct entry *entry = name_table_find(&thread->entries, uid);
	_cleanup_error_ struct error err = ERROR_INIT;

	if (!entry || !entry->over)
		return;
	if (node_session_forget(entry->session, &err) < 0)
		trouble(thread, &err);
	entry_destroy(name_table_remove(&thread->entries, uid));
}

void recording_thread_settle(struct recording_thread *thread)
{
	size_t i;

	release(thread);
	for (i = 0; i < thread->entries.length; i++) {
		const struct entry *entry = thread->entries.items[i];

		if (!entry->listed)
			recording_thread_end(thread, entry->name);
	}
}

/* ---- the beginning and the end */

/* What is no valid object any more cannot end as a recording either. */
static int check_restored(const struct recording_thread *thread, const struct recording_plan *plan,
			  struct error *err)
{
	if (!plan->selector)
		return error_set(err, EINVAL, "%s", plan->message);
	if (!str_is_dns_subdomain(plan->uid) || name_table_find(&thread->entries, plan->uid))
		return error_set(err, EINVAL, "its uid is not valid");
	return 0;
}

static void restore_one(void *data, const char *text, size_t size)
{
	const struct recording_world world = { .now = clock_ns(CLOCK_REALTIME),
					       .namespace_permitted = true };
	struct recording_thread *thread = data;
	_cleanup_recording_plan_ struct recording_plan plan = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *object = NULL;
	int r = tree_parse("a kept ProfileRecording", text, size, &object, &err);

	if (r == 0)
		r = recording_plan_make(object, &world, &plan, &err);
	if (r == 0)
		r = check_restored(thread, &plan, &err);
	if (r < 0)
		error_prefix(&err, "go on with a kept ProfileRecording");
	else if (!add_entry(thread, &plan, NULL, &err))
		r = -err.code;
	if (r < 0)
		trouble(thread, &err);
}

void recording_thread_restore(struct recording_thread *thread)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = host_entry_make(thread->options->host_root, &err);
	size_t i;

	thread->release_by = now + RELEASE_NS;
	thread->has_leftovers = true;
	if (r == 0)
		r = evidence_visit(thread->options->evidence_dir, restore_one, thread, &err);
	if (r < 0)
		trouble(thread, &err);
	for (i = 0; i < thread->entries.length; i++)
		attend(thread, thread->entries.items[i], now);
	drop_idle_recorder(thread);
	loop_start_timer(thread->timer, TICK_MS);
}

void recording_thread_leave(struct recording_thread *thread)
{
	size_t i;

	for (i = 0; i < thread->entries.length; i++) {
		const struct entry *entry = thread->entries.items[i];
		_cleanup_recording_report_ struct recording_report *ignored = NULL;
		_cleanup_error_ struct error err = ERROR_INIT;

		if (node_session_is_running(entry->session) &&
		    node_session_take(entry->session, &ignored, &err) < 0)
			log_warning("%s", error_message(&err));
		node_session_cancel(entry->session);
	}
	drop_recorder(thread, false);
	loop_stop_timer(thread->timer);
}

int recording_thread_create(struct loop *loop, const struct node_recorder_options *options,
			    const struct node_recorder_handlers *handlers, void *data,
			    struct recording_thread **ret_thread, struct error *err)
{
	struct recording_thread *thread = calloc(1, sizeof(*thread));
	int r;

	if (!thread)
		return error_nomem(err);
	thread->options = options;
	thread->session_options = (struct node_session_options){
		.evidence_dir = options->evidence_dir,
		.runtime_endpoint = options->runtime_endpoint,
		.cgroup_root = options->cgroup_root,
		.containers_max = options->containers_max,
	};
	thread->handlers = handlers;
	thread->data = data;
	thread->loop = loop;
	r = loop_add_timer(loop, on_timer, thread, &thread->timer, err);
	if (r < 0) {
		free(thread);
		return r;
	}
	*ret_thread = thread;
	return 0;
}

void recording_thread_destroy(struct recording_thread *thread)
{
	size_t i;

	if (!thread)
		return;
	for (i = 0; i < thread->entries.length; i++)
		entry_destroy(thread->entries.items[i]);
	name_table_finish(&thread->entries);
	drop_recorder(thread, false);
	loop_remove_timer(thread->timer);
	free(thread);
}
