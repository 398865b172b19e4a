// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/arguments_option.h"
#include "cli/frame/cli.h"
#include "cli/frame/host_option.h"
#include "cli/output_file.h"
#include "cli/record_output.h"
#include "cli/record_view.h"
#include "cli/runtime_option.h"
#include "recording/derive.h"
#include "selection/target.h"
#include "session/completion.h"
#include "session/progress.h"
#include "session/session.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/log.h"
#include "util/loop.h"
#include "util/signals.h"
#include "util/notes.h"
#include "util/str.h"

struct record_options {
	long pid;
	const char *cgroup;
	const char *container_id;
	const char *pod;
	const char *pod_namespace;
	bool all_namespaces;
	struct cli_list containers;
	bool wait;
	const char *runtime_endpoint;
	const char *cgroup_root;
	const char *host_root;
	const char *user;
	const char *output;
	int format;
	const char *name;
	int split;
	const char *runtime_calls;
	int no_new_privs;
	struct arguments_options arguments;
	int64_t duration;
	int64_t until_stable;
	int hook;
	int watch_denied;
};

/* kubectl's default for -n. */
#define DEFAULT_NAMESPACE "default"

static const char *const hooks[] = {
	[RECORDER_HOOK_AUTO] = "auto",
	[RECORDER_HOOK_BTF] = "btf",
	[RECORDER_HOOK_TRACEPOINT] = "tracepoint",
	NULL,
};

enum {
	WATCH_AUTO,
	WATCH_ALWAYS
};

static const char *const watch_choices[] = {
	[WATCH_AUTO] = "auto",
	[WATCH_ALWAYS] = "always",
	NULL,
};

static const char *const formats[] = {
	[OUTPUT_SECCOMP] = "seccomp",
	[OUTPUT_CR] = "cr",
	[OUTPUT_RECORDING] = "recording",
	NULL,
};

static const char *const splits[] = { "none", "container", "pod", NULL };

enum {
	NNP_AUTO,
	NNP_YES,
	NNP_NO
};

static const char *const no_new_privs_choices[] = { "auto", "yes", "no", NULL };
static const char *const runtime_choices[] = { "auto", "none", "runc", "crun", NULL };

/* Checks that there is exactly one target, and no option that belongs to another. */
static int check_target(const struct record_options *options, int argc, struct error *err)
{
	int targets = (argc > 0) + (options->pid != 0) + !!options->cgroup +
		      !!options->container_id + !!options->pod;

	if (targets == 0)
		return cli_usage_error(err, "nothing to record: give --pod, --container-id, "
					    "--cgroup, --pid, or a command after --");
	if (targets > 1)
		return cli_usage_error(err,
				       "give one of --pod, --container-id, --cgroup, --pid and "
				       "a command, not several");
	if (!options->pod && (options->pod_namespace || options->all_namespaces))
		return cli_usage_error(err, "--namespace and --all-namespaces go with --pod");
	if (!options->pod && options->containers.length)
		return cli_usage_error(err, "--container goes with --pod; a container is selected "
					    "by its id with --container-id");
	if (!options->pod && options->cgroup_root)
		return cli_usage_error(err, "--cgroup-root goes with --pod");
	if (options->pod_namespace && options->all_namespaces)
		return cli_usage_error(err, "give --namespace or --all-namespaces, not both");
	if (options->user && argc == 0)
		return cli_usage_error(err, "--user goes with a command");
	if (options->host_root && argc > 0)
		return cli_usage_error(err, "--host-root does not go with a command, which runs "
					    "where recorder does");
	if (options->wait && (argc > 0 || options->pid))
		return cli_usage_error(err, "--wait goes with --pod, --container-id and --cgroup");
	return 0;
}

static int check_runtime(const char *runtime, struct error *err)
{
	struct runtime_option option;

	if (strcmp(runtime, "auto") == 0 || strcmp(runtime, "none") == 0)
		return 0;
	return runtime_option_parse(runtime, "auto, none, ", &option, err);
}

static int check_label(const char *option, const char *name, struct error *err)
{
	if (str_is_dns_label(name))
		return 0;
	return cli_usage_error(err,
			       "--%s %s: a name has 1 to 63 of a-z, 0-9 and '-', and does not "
			       "begin or end with '-'",
			       option, name);
}

static int check(const struct record_options *options, const struct cli_call *call,
		 struct error *err)
{
	int r = check_target(options, call->argc, err);

	if (r < 0)
		return r;
	if (call->argc > 0 && !call->argv[0][0])
		return cli_usage_error(err, "the command is empty");
	if (options->pod_namespace)
		r = check_label("namespace", options->pod_namespace, err);
	if (r == 0 && options->name)
		r = check_label("name", options->name, err);
	return r < 0 ? r : check_runtime(options->runtime_calls, err);
}

static void make_request(const struct record_options *options, const struct cli_call *call,
			 struct target_request *request)
{
	*request = (struct target_request){
		.command = call->argc ? call->argv : NULL,
		.pid = options->pid,
		.cgroup = options->cgroup,
		.container_id = options->container_id,
		.pods = options->pod,
		.user = options->user,
		.container_names = options->containers.items,
		.container_name_count = options->containers.length,
		.wait = options->wait,
		.runtime_endpoint = options->runtime_endpoint,
		.cgroup_root = options->cgroup_root,
		.watch_denied = options->watch_denied == WATCH_ALWAYS,
	};
	if (!options->all_namespaces)
		request->pod_namespace = options->pod_namespace ? options->pod_namespace :
								  DEFAULT_NAMESPACE;
}

/*
 * Time between updates. A line on a terminal has to look live. Without one, updates only serve
 * to find out when nothing new comes.
 */
#define UPDATE_LIVE_NS 250000000LL
#define UPDATE_QUIET_NS 1000000000LL

/* The user interface of a recording. */
struct front {
	struct loop *loop;
	struct session *session; /* NULL while it starts */
	struct target *target;
	struct view view;
};

static void say_started(void *data)
{
	const struct front *front = data;

	if (!front->view.live) /* the live line says so anyway */
		log_info("recording %s", target_description(front->target));
}

static void show_progress(void *data)
{
	const struct front *front = data;
	struct recorder_totals totals;

	session_totals(front->session, &totals);
	view_draw(&front->view, front->target, session_progress(front->session), &totals,
		  clock_ns(CLOCK_MONOTONIC));
}

static void leave_loop(void *data)
{
	struct front *front = data;

	loop_stop(front->loop);
}

/* A signal from the terminal has reached the command too, so it is not passed on. */
static void handle_signal(int fd, unsigned int events, void *data)
{
	struct front *front = data;
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) == sizeof(info))
		session_request_end(front->session,
				    info.ssi_code == SI_KERNEL ? 0 : (int)info.ssi_signo);
}

/* Runs a session from its start until nothing is counted any more. */
static int run_session(const struct session_options *options, struct front *front,
		       struct error *err)
{
	const struct session_handler handler = {
		.started = say_started,
		.progressed = show_progress,
		.ended = leave_loop,
		.data = front,
	};
	_cleanup_error_ struct error failure = ERROR_INIT;
	_cleanup_close_ int signals = -1;
	struct loop_fd *watch;
	int r = signals_open(signals_of_end, &signals, err);

	if (r < 0)
		return r;
	signals_block(signals_of_end, NULL); /* they stay pending until the loop runs */
	r = loop_add_fd(front->loop, signals, LOOP_READ, handle_signal, front, &watch, err);
	if (r < 0)
		return r;
	r = session_start(options, &handler, front->target, front->loop, &front->session, err);
	if (r == 0) {
		if (loop_run(front->loop, &failure) < 0)
			session_interrupt(front->session, &failure);
		r = session_stop(front->session, err);
	}
	loop_remove_fd(watch);
	return r;
}

static int watch_session(const struct session_options *options, unsigned int verbose, bool live,
			 struct front *front, struct error *err)
{
	int r;

	view_init(&front->view, verbose > 0, live);
	r = run_session(options, front, err);
	view_finish(&front->view);
	if (r == 0)
		view_summarize(front->target, session_progress(front->session));
	return r;
}

/*
 * Prints the warnings and writes the files, even if the recording was interrupted. The files are
 * not the host's.
 */
static int write_evidence(struct session *session, const struct completion_options *completion,
			  const struct output_options *output, struct host_root *host,
			  struct error *err)
{
	const struct error *interruption = session_interruption(session);
	_cleanup_recording_ struct recording recording = {};
	_cleanup_notes_ struct notes notes = {};
	size_t i;
	int r = session_collect(session, completion, &recording, &notes, err);

	host_root_leave(host);
	if (r < 0)
		return r;
	for (i = 0; i < notes.count; i++)
		log_warning("%s", notes.items[i]);
	r = output_write(output, &recording, err);
	if (r == 0 && interruption)
		return error_set(err, interruption->code, "the recording was interrupted: %s",
				 error_message(interruption));
	return r;
}

static int record(const struct record_options *options, const struct output_options *output,
		  struct target *target, struct host_root *host, unsigned int verbose,
		  struct error *err)
{
	static const enum tristate no_new_privs[] = {
		[NNP_AUTO] = TRISTATE_UNKNOWN,
		[NNP_YES] = TRISTATE_YES,
		[NNP_NO] = TRISTATE_NO,
	};
	bool live = isatty(STDERR_FILENO) && log_get_level() >= LOG_INFO &&
		    log_get_format() == LOG_TEXT;
	const struct session_options session_options = {
		.hook = options->hook,
		.duration = options->duration,
		.until_stable = options->until_stable,
		.progress_every = live || verbose ? UPDATE_LIVE_NS : UPDATE_QUIET_NS,
	};
	const struct completion_options completion = {
		.name = options->name,
		.split = output->split,
		.runtime = options->runtime_calls,
		.no_new_privs = no_new_privs[options->no_new_privs],
	};
	_cleanup_loop_ struct loop *loop = NULL;
	_cleanup_session_ struct session *session = NULL;
	struct front front = { .target = target };
	int r = loop_create(&loop, err);

	if (r < 0)
		return r;
	front.loop = loop;
	r = watch_session(&session_options, verbose, live, &front, err);
	session = front.session;
	return r < 0 ? r : write_evidence(session, &completion, output, host, err);
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct record_options *options = call->options;
	static const struct context_options usual = {};
	_cleanup_input_context_ struct input_context context = {};
	_cleanup_arguments_request_ struct arguments_request arguments = {};
	const struct output_options output = {
		.path = output_is_standard(options->output) ? NULL : options->output,
		.format = options->format,
		.split = split_from_name(splits[options->split]),
		.derive = &arguments.derive,
	};
	_cleanup_host_root_ struct host_root host = HOST_ROOT_INIT;
	_cleanup_target_ struct target *target = NULL;
	struct target_request request;
	int r = check(options, call, err);

	if (r < 0)
		return r;
	if ((r = input_context_init(&context, &usual, err)) < 0 ||
	    (r = arguments_request_init(&arguments, &options->arguments, NULL, &context, err)) <
		    0 ||
	    (r = output_check(&output, err)) < 0)
		return r;
	if (!call->argc)
		r = host_option_enter(options->host_root, &host, err);
	if (r < 0)
		return r;
	make_request(options, call, &request);
	request.command_to_stderr = !output.path;
	r = target_create(&request, &target, err);
	if (r == -EINVAL)
		return cli_usage_error(err, "%s", error_message(err));
	if (r < 0)
		return r;
	r = record(options, &output, target, &host, call->verbose, err);
	if (r < 0)
		return r;
	if (call->argc && strcmp(options->runtime_calls, "auto") == 0)
		log_info("this profile lacks the calls of a container runtime, so no container "
			 "starts under it; if it is for one, record with --runtime-calls runc or "
			 "crun");
	return target_exit_status(target);
}

#define OPTION(member) .offset = offsetof(struct record_options, member)

static const struct cli_option options_table[] = {
	{ .name = "pid",
	  .argument = "PID",
	  .type = CLI_NUMBER,
	  OPTION(pid),
	  .min = 1,
	  .max = INT_MAX,
	  .group = "What to record",
	  .help = "a running process, and the processes that it starts from now on" },
	{ .name = "cgroup",
	  .argument = "PATH",
	  .type = CLI_STRING,
	  OPTION(cgroup),
	  .complete = CLI_COMPLETE_DIRECTORY,
	  .help = "all processes in a cgroup and in the cgroups below it" },
	{ .name = "container-id",
	  .argument = "ID",
	  .type = CLI_STRING,
	  OPTION(container_id),
	  .help = "a container of containerd, CRI-O, Docker or Podman: its id, a unique prefix of "
		  "that, its name in Docker or Podman, or the id as kubectl prints it, such as "
		  "containerd://4f2a" },
	{ .name = "pod",
	  .argument = "SELECTOR",
	  .type = CLI_STRING,
	  OPTION(pod),
	  .help = "the pods on this node whose labels match, such as app=x,tier!=db" },
	{ .letter = 'n',
	  .name = "namespace",
	  .argument = "NAMESPACE",
	  .type = CLI_STRING,
	  OPTION(pod_namespace),
	  .help = "the namespace of the pods (default: 'default')" },
	{ .letter = 'A',
	  .name = "all-namespaces",
	  .type = CLI_FLAG,
	  OPTION(all_namespaces),
	  .help = "pods of all namespaces" },
	{ .name = "container",
	  .argument = "NAME",
	  .type = CLI_LIST,
	  OPTION(containers),
	  .help = "only this container of the pods; may be given several times" },
	{ .letter = 'w',
	  .name = "wait",
	  .type = CLI_FLAG,
	  OPTION(wait),
	  .help = "wait for a first match instead of failing" },
	{ .name = "user",
	  .argument = "USER",
	  .type = CLI_STRING,
	  OPTION(user),
	  .complete = CLI_COMPLETE_USER,
	  .help = "run the command as this user" },
	RUNTIME_ENDPOINT_OPTION(struct record_options),
	CGROUP_ROOT_OPTION(struct record_options),
	HOST_ROOT_OPTION(struct record_options),

	{ .name = "duration",
	  .argument = "TIME",
	  .type = CLI_DURATION,
	  OPTION(duration),
	  .group = "When to stop",
	  .help = "stop after this time, such as 30s or 5m" },
	{ .name = "until-stable",
	  .argument = "TIME",
	  .type = CLI_DURATION,
	  OPTION(until_stable),
	  .help = "stop when no new system call has been seen for this time" },

	{ .letter = 'o',
	  .name = "output",
	  .argument = "FILE",
	  .type = CLI_STRING,
	  OPTION(output),
	  .complete = CLI_COMPLETE_FILE,
	  .group = "What to write",
	  .help = "write to this file, or with --split into this directory (default, and for -: "
		  "standard output)" },
	{ .name = "format",
	  .type = CLI_CHOICE,
	  OPTION(format),
	  .choices = formats,
	  .initial = "seccomp",
	  .help = "an OCI seccomp profile, a SeccompProfile custom resource, or the recording "
		  "with all evidence" },
	{ .name = "name",
	  .argument = "NAME",
	  .type = CLI_STRING,
	  OPTION(name),
	  .help = "name of the recording, of the custom resource and of the files of --split" },
	{ .name = "split",
	  .type = CLI_CHOICE,
	  OPTION(split),
	  .choices = splits,
	  .initial = "none",
	  .help = "one profile per container name, one per pod, or a single one" },
	{ .name = "runtime-calls",
	  .argument = "RUNTIME[@VERSION]",
	  .type = CLI_STRING,
	  OPTION(runtime_calls),
	  .choices = runtime_choices,
	  .initial = "auto",
	  .help = "also allow the calls that this runtime makes under the container's filter; "
		  "auto is the container's runtime, and none for a plain command" },
	{ .name = "no-new-privs",
	  .type = CLI_CHOICE,
	  OPTION(no_new_privs),
	  .choices = no_new_privs_choices,
	  .initial = "auto",
	  .help = "whether the profile will be used with no_new_privs (allowPrivilegeEscalation: "
		  "false), which changes what the runtime calls; auto is as the container ran" },
	ARGUMENTS_OPTIONS(struct record_options, arguments, NULL),
	{ .name = "hook",
	  .type = CLI_CHOICE,
	  OPTION(hook),
	  .choices = hooks,
	  .initial = "auto",
	  .group = "How to watch",
	  .help = "what the BPF program is attached to: btf is cheapest; tracepoint loses no call "
		  "where the kernel preempts BPF programs (Linux 7.2 and newer), and needs "
		  "tracefs and perf events; auto chooses what this kernel needs" },
	{ .name = "watch-denied",
	  .type = CLI_CHOICE,
	  OPTION(watch_denied),
	  .choices = watch_choices,
	  .initial = "auto",
	  .help = "when to watch for calls that a filter denies, which makes every system call of "
		  "the machine slower: auto is from the start for commands, pods and containers "
		  "that are waited for, else once a process under a filter is seen; always is for "
		  "programs that load a filter themselves, such as sshd" },
	{},
};

const struct cli_command record_command = {
	.name = "record",
	.summary = "Records the system calls of a command, process, container or pods.",
	.synopsis =
		(const char *const[]){
			"[OPTION]... -- CMD [ARG]...",
			"[OPTION]... --pid PID",
			"[OPTION]... --cgroup PATH",
			"[OPTION]... --container-id ID",
			"[OPTION]... --pod SELECTOR [-n NAMESPACE | -A] [--container NAME]...",
			NULL,
		},
	.description =
		(const char *const[]){
			"Records until the target ends, until Ctrl-C or SIGTERM, or for the time "
			"of --duration, and writes a seccomp profile that allows what was seen "
			"and nothing else. However the recording ends, what was seen is written.",
			"SELECTOR is a label selector as in Kubernetes: app=x, app==x, tier!=db, "
			"env in (a,b), env notin (a), key, !key, joined by commas. Pods that "
			"appear while the recording runs are recorded too, from their first "
			"system call.",
			"If the profile goes to standard output, the command's standard output "
			"goes to standard error. The exit status is the command's, or 128+N if "
			"signal N ended it.",
			NULL,
		},
	.options = options_table,
	.options_size = sizeof(struct record_options),
	.arguments_max = -1,
	.arguments_are_command = true,
	.complete = CLI_COMPLETE_COMMAND,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Record a command:", "recorder record -- ls > ls.json" },
			{ "Record pods for ten minutes, a profile for each container:",
			  "recorder record --pod app=shop -n prod --duration 10m --split container "
			  "-o profiles/" },
			{ "Keep the evidence of a container:",
			  "recorder record --container-id 4f2a --format recording -o web.json" },
			{},
		},
	.run = run,
};
