// SPDX-License-Identifier: Apache-2.0
#include "agent/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/host_files.h"
#include "agent/leader.h"
#include "agent/metrics.h"
#include "agent/monitor.h"
#include "agent/node_facts.h"
#include "agent/node_pods.h"
#include "agent/node_statuses.h"
#include "agent/operator_check.h"
#include "agent/preparation.h"
#include "agent/profiles.h"
#include "agent/recordings.h"
#include "kube/call.h"
#include "kube/client.h"
#include "kube/config.h"
#include "util/backoff.h"
#include "util/error.h"
#include "util/log.h"
#include "util/loop.h"
#include "util/signals.h"
#include "util/worker.h"

/* Between attempts to reach an API server at the start. */
#define RETRY_MIN_MS 500
#define RETRY_MAX_MS 30000
/* A disk that has not answered after so long is given up at the end. */
#define END_TIMEOUT_MS 5000
/* So is an API server. */
#define RELEASE_TIMEOUT_MS 2000
/* Pause after the last work, before memory is given back to the system. */
#define TRIM_PAUSE_MS 2000

struct agent {
	const struct agent_options *options;
	struct loop *loop;
	struct worker *worker; /* whose files are the host's */
	struct kube_config config;
	struct kube_client *client;
	struct node_facts facts;
	struct host_files *files;
	struct node_pods *pods;
	struct node_statuses *statuses;
	struct profiles *profiles;
	struct recordings *recordings;
	struct leader *leader;
	struct metrics *metrics;
	struct monitor *monitor;
	bool ending;
	struct kube_call *check;
	struct loop_timer *retry;
	struct loop_timer *trim;
	struct loop_timer *give_up; /* waiting for the Lease to be released */
	unsigned int failures;
	bool pods_known;
	bool settled;	      /* since they are known, everything has been dealt with once */
	struct error failure; /* that ends the agent */
};

static void fail(struct agent *agent, const struct error *err)
{
	if (!agent->failure.code)
		error_copy(&agent->failure, err);
	loop_stop(agent->loop);
}

/* Reports what will be tried again. */
static void trouble(int result, const struct error *err, void *data)
{
	struct agent *agent = data;

	log_warning("%s", error_message(err));
	metrics_add(agent->metrics, METRIC_RECONCILE_ERRORS, 0, 1);
}

static void api_trouble(int result, const struct error *err, void *data)
{
	struct agent *agent = data;

	log_warning("%s", error_message(err));
	metrics_add(agent->metrics, METRIC_API_REQUEST_FAILURES, 0, 1);
}

/* ---- the reconcilers report to each other */

static void on_repaired(const char *path, void *data)
{
	struct agent *agent = data;

	log_warning("%s was changed by somebody else, and is restored", path);
	metrics_add(agent->metrics, METRIC_FILES, METRIC_FILE_REPAIRED, 1);
}

static void on_lost(const char *path, void *data)
{
	struct agent *agent = data;

	if (agent->profiles)
		profiles_file_lost(agent->profiles, path);
}

static void on_kept(char *const *paths, size_t count, void *data)
{
	struct agent *agent = data;

	if (agent->profiles)
		profiles_files_kept(agent->profiles, paths, count);
}

static void on_files_changed(size_t written, size_t removed, void *data)
{
	struct agent *agent = data;

	metrics_add(agent->metrics, METRIC_FILES, METRIC_FILE_WRITTEN, written);
	metrics_add(agent->metrics, METRIC_FILES, METRIC_FILE_REMOVED, removed);

	profiles_resume(agent->profiles);
}

static const struct host_files_handlers files_handlers = {
	.repaired = on_repaired,
	.lost = on_lost,
	.kept = on_kept,
	.trouble = trouble,
	.changed = on_files_changed,
};

static void on_pods_changed(const char *path, void *data)
{
	struct agent *agent = data;

	profiles_pods_changed(agent->profiles, path);
}

static void on_pods_known(void *data)
{
	struct agent *agent = data;

	agent->pods_known = true;
	recordings_pods_known(agent->recordings);
	profiles_look_again(agent->profiles);
}

static const struct node_pods_handlers pods_handlers = {
	.changed = on_pods_changed,
	.known = on_pods_known,
	.trouble = api_trouble,
};

static void on_result(const struct profile_result *result, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct agent *agent = data;

	if (result->deleted)
		log_info("SeccompProfile %s: deleted", result->name);
	else if (result->state == PROFILE_ERROR || result->state == PROFILE_PENDING)
		log_warning("SeccompProfile %s: %s", result->name, result->message);
	else
		log_debug("SeccompProfile %s: %s", result->name, result->message);
	if (node_statuses_set(agent->statuses, result, &err) < 0)
		fail(agent, &err);
	if (agent->leader)
		leader_changed(agent->leader, result->name);
	if (result->deleted && agent->recordings)
		recordings_profile_deleted(agent->recordings, result->name);
}

static void on_reconciled(double seconds, void *data)
{
	struct agent *agent = data;

	metrics_observe(agent->metrics, METRIC_RECONCILE_SECONDS, seconds);
}

/* A list of thousands of objects leaves much memory that is free, but still the process's. */
static void trim(void *data)
{
	malloc_trim(0);
}

static void on_settled(void *data)
{
	struct agent *agent = data;

	loop_start_timer(agent->trim, TRIM_PAUSE_MS);
	if (agent->settled || !agent->pods_known)
		return;
	agent->settled = true;
	node_statuses_complete(agent->statuses);
}

static const struct profiles_handlers profiles_handlers = {
	.result = on_result,
	.reconciled = on_reconciled,
	.settled = on_settled,
	.trouble = trouble,
};

/* ---- the start: host, API server, files, reconcilers */

static int follow(struct agent *agent, char *const *paths, size_t count, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < count; i++)
		r = profiles_add_file(agent->profiles, paths[i], err);
	if (r == 0)
		r = profiles_start(agent->profiles, err);
	return r < 0 ? r : host_files_watch(agent->files, err);
}

static void on_files_listed(int result, const struct error *err, char *const *paths, size_t count,
			    void *data)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	struct agent *agent = data;

	if (result < 0)
		fail(agent, err);
	else if (follow(agent, paths, count, &problem) < 0)
		fail(agent, &problem);
}

static int create_files(struct agent *agent, struct error *err)
{
	if (agent->files)
		return 0;
	return host_files_create(agent->loop, agent->worker, agent->options->seccomp_root,
				 &files_handlers, agent, &agent->files, err);
}

static void on_records_listed(int result, const struct error *err, char *const *paths, size_t count,
			      void *data)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	struct agent *agent = data;

	if (result < 0)
		trouble(result, err, agent);
	else if (count > 0 && host_files_watch(agent->files, &problem) < 0)
		fail(agent, &problem);
}

/* Keeps the files of the node's records as they are, also before the cluster can be asked. */
static void keep_files(struct agent *agent)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int r;

	if (agent->files)
		return;
	r = create_files(agent, &err);
	if (r == 0)
		r = host_files_list(agent->files, on_records_listed, agent, &err);
	if (r < 0)
		fail(agent, &err);
}

static int create_recordings(struct agent *agent, struct error *err)
{
	const struct recordings_options options = {
		.loop = agent->loop,
		.client = agent->client,
		.node_name = agent->options->node_name,
		.recorder = &agent->options->recorder,
		.limits = agent->options->limits,
	};

	return agent->recordings ?
		       0 :
		       recordings_create(&options, trouble, agent, &agent->recordings, err);
}

/* Until the cluster can be asked, goes on with what an earlier agent did on the node. */
static void keep_node(struct agent *agent)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	keep_files(agent);
	if (create_recordings(agent, &err) < 0)
		fail(agent, &err);
}

static int create_reconcilers(struct agent *agent, struct error *err)
{
	const struct agent_options *options = agent->options;
	int r = create_files(agent, err);

	if (r == 0)
		r = node_pods_create(agent->client, options->node_name, &pods_handlers, agent,
				     &agent->pods, err);
	if (r == 0)
		r = node_statuses_create(agent->loop, agent->client, options->node_name,
					 api_trouble, agent, &agent->statuses, err);
	if (r == 0) {
		const struct profiles_options profiles_options = {
			.loop = agent->loop,
			.client = agent->client,
			.files = agent->files,
			.pods = agent->pods,
			.facts = &agent->facts,
		};

		r = profiles_create(&profiles_options, &profiles_handlers, agent, &agent->profiles,
				    err);
	}
	if (r == 0)
		r = create_recordings(agent, err);
	if (r == 0)
		r = recordings_follow(agent->recordings, agent->pods, agent->profiles, err);
	if (r == 0) {
		const struct leader_options leader_options = {
			.loop = agent->loop,
			.client = agent->client,
			.profiles = agent->profiles,
			.recordings = agent->recordings,
			.namespace = agent->config.namespace ?: "default",
			.identity = options->node_name,
			.seccomp_root = options->seccomp_root,
		};

		r = leader_create(&leader_options, api_trouble, agent, &agent->leader, err);
	}
	return r < 0 ? r : host_files_list(agent->files, on_files_listed, agent, err);
}

static void check_cluster(void *data);

static void on_checked(struct kube_call *call, int result, const struct error *err,
		       const json_t *object, void *data)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	struct agent *agent = data;

	agent->check = NULL;
	if (result == -ENOENT)
		result = error_set(
			&problem, ENOENT,
			"the cluster has no SeccompProfiles: apply recorder's crds/ first");
	else if (result < 0) {
		log_warning("%s", error_message(err));
		keep_node(agent);
		loop_start_timer(agent->retry,
				 backoff_ms(RETRY_MIN_MS, RETRY_MAX_MS, agent->failures++));
		return;
	}
	if (result == 0)
		result = operator_check_definition(object, &problem);
	if (result == 0)
		result = create_reconcilers(agent, &problem);
	if (result < 0)
		fail(agent, &problem);
}

static const struct kube_call_handlers check_handlers = { .done = on_checked };

static void check_cluster(void *data)
{
	const struct kube_call_options options = {
		.verb = KUBE_GET,
		.resource = &definitions_resource,
		.name = OPERATOR_DEFINITION,
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	struct agent *agent = data;

	if (kube_call_start(agent->client, &options, &check_handlers, agent, &agent->check, &err) <
	    0)
		fail(agent, &err);
}

static void on_prepared(int result, const struct error *err, struct node_facts *facts, void *data)
{
	struct agent *agent = data;

	if (result < 0) {
		fail(agent, err);
		return;
	}
	agent->facts = *facts;
	*facts = (struct node_facts){};
	check_cluster(agent);
}

static int connect_to_cluster(struct agent *agent, struct error *err)
{
	const char *kubeconfig = agent->options->kubeconfig;
	int r = kubeconfig ? kube_config_read(kubeconfig, NULL, &agent->config, err) :
			     kube_config_in_cluster(KUBE_SERVICE_ACCOUNT, &agent->config, err);

	if (r == -ENOENT && !kubeconfig)
		return error_set(err, ENOENT,
				 "%s; --kubeconfig names a file for an agent outside of a pod",
				 error_message(err));
	return r < 0 ? r : kube_client_create(agent->loop, &agent->config, &agent->client, err);
}

/* ---- what others may ask */

static bool is_healthy(FILE *reason, void *data)
{
	return true;
}

/* Ready: whatever the cluster had at the start is on the node. */
static bool is_ready(FILE *reason, void *data)
{
	struct agent *agent = data;

	if (!agent->profiles || !profiles_are_known(agent->profiles))
		fputs("the SeccompProfiles are not known yet", reason);
	else if (!agent->pods_known)
		fputs("the pods of the node are not known yet", reason);
	else if (!agent->settled)
		fputs("some files are not written yet", reason);
	return agent->settled;
}

static void count_state(const struct profile_result *result, void *data)
{
	unsigned int *counts = data;

	if (!result->deleted && result->reason)
		counts[result->state]++;
}

static void set_recording_metrics(const struct agent *agent)
{
	const struct recordings_counts counts = recordings_count(agent->recordings);

	metrics_set(agent->metrics, METRIC_RECORDINGS, 0, counts.recordings);
	metrics_set(agent->metrics, METRIC_RECORDED_PODS, 0, counts.pods);
	metrics_set(agent->metrics, METRIC_RECORDED_WRITES, 0, counts.writes);
}

static void print_metrics(FILE *out, void *data)
{
	unsigned int counts[PROFILE_STATE_COUNT] = {}, i;
	struct agent *agent = data;

	if (agent->profiles) {
		profiles_for_each(agent->profiles, count_state, counts);
		metrics_set(agent->metrics, METRIC_QUEUE_LENGTH, 0,
			    profiles_waiting(agent->profiles));
	}
	if (agent->recordings)
		set_recording_metrics(agent);
	for (i = 0; i < PROFILE_STATE_COUNT; i++)
		metrics_set(agent->metrics, METRIC_PROFILES, i, counts[i]);
	metrics_set(agent->metrics, METRIC_LEADER, 0,
		    agent->leader && leader_is_leading(agent->leader));
	metrics_print(agent->metrics, out);
}

static const struct monitor_handlers monitor_handlers = {
	.is_healthy = is_healthy,
	.is_ready = is_ready,
	.print_metrics = print_metrics,
};

/* ---- the end */

static void on_released(void *data)
{
	struct agent *agent = data;

	loop_stop(agent->loop);
}

/* A second signal ends the agent without waiting for the API server. */
static void on_signal(int fd, unsigned int events, void *data)
{
	char info[128]; /* struct signalfd_siginfo */
	struct agent *agent = data;

	if (read(fd, info, sizeof(info)) < 0)
		return;
	log_info("ends");
	if (agent->ending || !agent->leader || !leader_is_leading(agent->leader)) {
		loop_stop(agent->loop);
		return;
	}
	agent->ending = true;
	leader_release(agent->leader, on_released);
	loop_start_timer(agent->give_up, RELEASE_TIMEOUT_MS);
}

static int watch_signals(struct agent *agent, int *ret_fd, struct error *err)
{
	struct loop_fd *watch;
	int r;

	signals_block(signals_of_end, NULL);
	r = signals_open(signals_of_end, ret_fd, err);
	return r < 0 ? r :
		       loop_add_fd(agent->loop, *ret_fd, LOOP_READ, on_signal, agent, &watch, err);
}

static void agent_finish(struct agent *agent)
{
	monitor_destroy(agent->monitor);
	kube_call_cancel(agent->check);
	leader_destroy(agent->leader);
	recordings_destroy(agent->recordings);
	profiles_destroy(agent->profiles);
	node_statuses_destroy(agent->statuses);
	node_pods_destroy(agent->pods);
	/* A job that hangs may use the files. The process ends soon, and they with it. */
	if (worker_destroy(agent->worker, END_TIMEOUT_MS))
		host_files_destroy(agent->files);
	kube_client_destroy(agent->client);
	kube_config_finish(&agent->config);
	node_facts_finish(&agent->facts);
	metrics_destroy(agent->metrics);
	loop_destroy(agent->loop);
	error_finish(&agent->failure);
}

static int start(struct agent *agent, int *ret_fd, struct error *err)
{
	int r;

	/* Its threads mostly wait. An arena for each would keep memory that the others could use. */
	mallopt(M_ARENA_MAX, 1);
	r = loop_create(&agent->loop, err);

	if (r == 0)
		r = watch_signals(agent, ret_fd, err);
	if (r == 0)
		r = loop_add_timer(agent->loop, check_cluster, agent, &agent->retry, err);
	if (r == 0)
		r = loop_add_timer(agent->loop, on_released, agent, &agent->give_up, err);
	if (r == 0)
		r = loop_add_timer(agent->loop, trim, agent, &agent->trim, err);
	if (r == 0)
		r = metrics_create(&agent->metrics, err);
	if (r == 0)
		r = monitor_create(agent->loop, agent->options->listen, &monitor_handlers, agent,
				   &agent->monitor, err);
	if (r == 0)
		r = connect_to_cluster(agent, err);
	if (r == 0)
		r = worker_create(agent->loop, NULL, &agent->worker, err);
	return r < 0 ? r :
		       preparation_start(agent->worker, agent->options, on_prepared, agent, err);
}

int agent_run(const struct agent_options *options, struct error *err)
{
	_cleanup_(agent_finish) struct agent agent = { .options = options,
						       .config = KUBE_CONFIG_INIT };
	_cleanup_close_ int fd = -1;
	int r = start(&agent, &fd, err);

	if (r == 0)
		r = loop_run(agent.loop, err);
	if (r == 0 && agent.failure.code)
		r = error_copy(err, &agent.failure);
	return r;
}
