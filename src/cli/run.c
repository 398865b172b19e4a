// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cli/frame/cli.h"
#include "cli/input.h"
#include "cli/output_file.h"
#include "cli/report_format.h"
#include "cli/run_report.h"
#include "cli/runtime_range.h"
#include "profile/model/model.h"
#include "seccomp/compile.h"
#include "seccomp/kill_log.h"
#include "seccomp/launch.h"
#include "seccomp/violations.h"
#include "seccomp/prove.h"
#include "seccomp/scmp_arch.h"
#include "seccomp/stub.h"
#include "container/runtime.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"
#include "util/loop.h"
#include "util/signals.h"
#include "util/user.h"

struct run_options {
	const char *profile;
	bool log;
	bool kill;
	const char *user;
	const char *runtime;
	const char *output;
	int format;
};

/* A running command. */
struct execution {
	const struct run_options *options;
	struct launch launch;
	struct compilation compilation; /* the filter of the profile */
	struct filter notify_filter;	/* the same, but asks instead of denying */
	struct violations violations;
	struct loop *loop;
	struct loop_fd *end, *questions; /* watches; NULL once no more can come */
	struct error *err;		 /* of serve(), for handlers */
	int failure;			 /* negative errno of a handler */
	int signals;			 /* signalfd */
	int kernel_log;
};

static void execution_finish(struct execution *execution)
{
	launch_finish(&execution->launch);
	violations_finish(&execution->violations);
	compilation_finish(&execution->compilation);
	filter_finish(&execution->notify_filter);
	loop_destroy(execution->loop);
	cleanup_close_p(&execution->signals);
	cleanup_close_p(&execution->kernel_log);
}

/*
 * Passes a signal on to the command, unless it is from the terminal, which sends it to the
 * command too. Once the command has ended, a signal ends the wait for the processes it left
 * running.
 */
static void on_signal(int fd, unsigned int events, void *data)
{
	struct execution *execution = data;
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (execution->launch.reaped)
		loop_stop(execution->loop);
	else if (info.ssi_code <= 0)
		kill(execution->launch.pid, info.ssi_signo);
}

static void on_end(int fd, unsigned int events, void *data)
{
	struct execution *execution = data;

	launch_reap(&execution->launch);
	if (!execution->launch.reaped)
		return;
	loop_remove_fd(execution->end);
	execution->end = NULL;
	if (!execution->questions)
		loop_stop(execution->loop);
	else if (!loop_is_ready(execution->launch.listener, LOOP_READ))
		log_info("the command has ended; waiting for the processes that it left running");
}

/* The listener hangs up when no process is left under the filter, since Linux 5.9. */
static void on_question(int fd, unsigned int events, void *data)
{
	struct execution *execution = data;

	if (events & LOOP_HANG_UP) {
		loop_remove_fd(execution->questions);
		execution->questions = NULL;
	} else {
		execution->failure = violations_receive(
			&execution->violations, fd, &execution->compilation.filter, execution->err);
	}
	if (execution->failure < 0 || (!execution->questions && !execution->end))
		loop_stop(execution->loop);
}

static int serve(struct execution *execution, struct error *err)
{
	struct loop_fd *signals;
	int r = loop_create(&execution->loop, err);

	execution->err = err;
	if (r == 0)
		r = loop_add_fd(execution->loop, execution->signals, LOOP_READ, on_signal,
				execution, &signals, err);
	if (r == 0)
		r = loop_add_fd(execution->loop, execution->launch.pidfd, LOOP_READ, on_end,
				execution, &execution->end, err);
	if (r == 0 && execution->launch.listener >= 0)
		r = loop_add_fd(execution->loop, execution->launch.listener, LOOP_READ, on_question,
				execution, &execution->questions, err);
	if (r == 0)
		r = loop_run(execution->loop, err);
	return r < 0 ? r : execution->failure;
}

static void explain_death(const struct execution *execution, const char *command)
{
	const struct scmp_arch *architecture;
	char name[SCMP_ARCH_CALL_SIZE];
	struct killed killed;

	if (!WIFSIGNALED(execution->launch.status) || WTERMSIG(execution->launch.status) != SIGSYS)
		return;
	if (!kill_log_find(execution->kernel_log, execution->launch.pid, &killed)) {
		log_error("%s was killed by the filter; 'recorder run --log' shows what the "
			  "profile lacks",
			  command);
		return;
	}
	architecture = scmp_arch_of_call(killed.audit, killed.nr);
	if (architecture)
		log_error("%s was killed by the filter for %s (%s)", command,
			  scmp_arch_call_name(architecture, killed.nr, name), architecture->name);
	else
		log_error("%s was killed by the filter for system call %u of an architecture that "
			  "is not in the profile",
			  command, killed.nr);
}

static int report(const struct execution *execution, int status, struct error *err)
{
	const struct run_options *options = execution->options;
	_cleanup_free_ char *text = NULL;
	int r = options->format == REPORT_JSON ?
			run_report_json(&execution->violations, status, &text, err) :
			run_report_text(&execution->violations, &text, err);

	if (r < 0)
		return r;
	if (options->output)
		return output_file_write(options->output, text, strlen(text), err);
	/* Standard output belongs to the command. */
	return fputs(text, stderr) == EOF ? error_set_errno(err, errno, "write the report") : 0;
}

static int warn_of_refusals(const struct runtime_range *runtime, const struct profile *profile,
			    struct error *err)
{
	_cleanup_refusals_ struct refusals refusals = {};
	size_t i;
	int r = refusals_find(profile, &refusals, err);

	for (i = 0; i < refusals.length; i++)
		if (refusal_is_by(&refusals.items[i], runtime))
			log_warning("no container can start under it: %s", refusals.items[i].text);
	return r;
}

/* Reads the profile for the command, for this machine, and applies --kill to it. */
static int prepare_profile(const struct run_options *options, const struct runtime_range *runtime,
			   struct documents *documents, struct profile **ret_profile,
			   struct error *err)
{
	struct profile *profile;
	size_t i;
	int r = input_read(options->profile, NULL, documents, err);

	if (r < 0)
		return r;
	if (documents->length > 1)
		return error_set(err, EINVAL, "%s has %zu profiles, but a command runs under one",
				 options->profile, documents->length);
	profile = documents->items[0].profile;
	if (documents->items[0].base_profile)
		log_warning("%s: the operator merges the base profile %s into it, which is not "
			    "part of this run",
			    options->profile, documents->items[0].base_profile);
	r = warn_of_refusals(runtime, profile, err);
	if (r < 0)
		return r;
	if (options->kill && profile->default_action == ACTION_ALLOW)
		return error_set(
			err, EINVAL,
			"%s allows calls that it does not name (SCMP_ACT_ALLOW), and --kill would "
			"kill for each of them; --kill is for profiles that name the allowed calls",
			options->profile);
	if (options->kill)
		profile->default_action = ACTION_KILL_PROCESS;
	if (profile->default_action != ACTION_ERRNO && profile->default_action != ACTION_TRACE)
		profile->default_errno_ret.known = false;
	for (i = 0; !options->log && i < profile->rule_count; i++)
		if (profile->rules[i].action == ACTION_NOTIFY)
			return error_set(err, EINVAL,
					 "%s: syscalls[%zu] asks a listener (SCMP_ACT_NOTIFY), "
					 "which only a runtime has; try --log",
					 options->profile, i);
	*ret_profile = profile;
	return 0;
}

/* The version of runc matters for the stub only if the profile does not list this machine. */
static struct version stub_version(const struct runtime_range *runtime,
				   const struct profile *profile)
{
	_cleanup_free_ char *installed = NULL;

	if (version_is_known(&runtime->version) ||
	    profile_lists(profile, scmp_arch_native()->name) ||
	    runtime_version(runtime->name, NULL, &installed, NULL) < 0)
		return runtime->version;
	return version_parse(installed);
}

/*
 * Adds what runc adds to the filter, but not with --kill, where every call that is not named
 * has to kill, whatever its number.
 */
static int add_stub(const struct run_options *options, const struct runtime_range *runtime,
		    const struct profile *profile, struct compilation *compilation,
		    struct error *err)
{
	struct version version;
	struct filter with_stub;
	int r;

	if (options->kill || strcmp(runtime->name, "runc") != 0)
		return 0;
	version = stub_version(runtime, profile);
	r = filter_add_stub(&compilation->filter, profile, scmp_arch_native(), &version, &with_stub,
			    err);
	if (r < 0)
		return r;
	filter_finish(&compilation->filter);
	compilation->filter = with_stub;
	return 0;
}

static int compile(const struct run_options *options, const struct runtime_range *runtime,
		   const struct profile *profile, struct compilation *ret_compilation,
		   struct error *err)
{
	_cleanup_compilation_ struct compilation compilation = {};
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	char version[LIBSECCOMP_VERSION_SIZE];
	size_t i;
	int r = scmp_arch_set_of(profile, scmp_arch_native(), &set, err);

	if (r == 0)
		r = scmp_arch_set_add(&set, scmp_arch_native(), err);
	if (r == 0)
		r = profile_compile(profile, &set, LAYOUT_TREE, &compilation, err);
	if (r == 0)
		r = add_stub(options, runtime, profile, &compilation, err);
	if (r < 0)
		return error_prefix(err, "%s", options->profile);
	for (i = 0; i < compilation.unresolved_count; i++)
		log_warning("%s is not enforced: libseccomp %s does not know it",
			    compilation.unresolved[i], libseccomp_version(version));
	*ret_compilation = compilation;
	compilation = (struct compilation){};
	return 0;
}

/* The filter is installed before the execve of the command, which it therefore has to allow. */
static int check_execve(const struct run_options *options, const struct filter *filter,
			struct error *err)
{
	const struct seccomp_data data = { .nr = SYS_execve, .arch = scmp_arch_native()->audit };
	struct effect effect = effect_of_verdict(filter_run(filter, &data, NULL));
	char text[EFFECT_TEXT_SIZE];

	if (options->log || effect_permission(effect) == PERMISSION_GRANTED)
		return 0;
	return error_set(
		err, EPERM,
		"%s: execve gets %s, so no command can start under this profile, neither here nor "
		"in a container",
		options->profile, effect_text(effect, text));
}

static int start(struct execution *execution, const struct launch_options *launch,
		 struct error *err)
{
	static const int passed_on[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, 0 };
	struct launch_options options = *launch;
	sigset_t before;
	int r = signals_open(passed_on, &execution->signals, err);

	if (r < 0)
		return r;
	signals_block(passed_on, &before);
	options.signals = &before;
	execution->kernel_log = kill_log_open();
	r = launch_start(&execution->launch, &options, err);
	if (r == 0)
		r = serve(execution, err);
	return r < 0 ? r : launch_failure(&execution->launch, &options, err);
}

static int find_user(const char *name, const struct passwd **ret_user, struct error *err)
{
	*ret_user = NULL;
	if (!name)
		return 0;
	*ret_user = user_find(name);
	return *ret_user ? 0 : cli_usage_error(err, "--user %s: there is no such user", name);
}

static int check_options(const struct run_options *options, struct error *err)
{
	if (!options->profile)
		return cli_usage_error(err, "name the profile with --profile FILE");
	if (options->log && options->kill)
		return cli_usage_error(err,
				       "--kill has no effect with --log, which denies nothing");
	if ((options->output || options->format == REPORT_JSON) && !options->log)
		return cli_usage_error(err, "only --log writes a report");
	return 0;
}

static int exit_status(const struct launch *launch)
{
	return WIFSIGNALED(launch->status) ? 128 + WTERMSIG(launch->status) :
					     WEXITSTATUS(launch->status);
}

/* Prepares the filter of the command: that of the profile, or the one that asks. */
static int prepare(struct execution *execution, struct launch_options *launch, struct error *err)
{
	const struct run_options *options = execution->options;
	_cleanup_documents_ struct documents documents = {};
	struct runtime_range runtime = {};
	struct profile *profile = NULL;
	int r;

	if ((r = check_options(options, err)) < 0 ||
	    (r = runtime_range_parse("--runtime", options->runtime, &runtime, err)) < 0 ||
	    (r = find_user(options->user, &launch->user, err)) < 0 ||
	    (r = prepare_profile(options, &runtime, &documents, &profile, err)) < 0 ||
	    (r = launch_flags(profile, &launch->flags, err)) < 0 ||
	    (r = compile(options, &runtime, profile, &execution->compilation, err)) < 0)
		return r;
	launch->filter = &execution->compilation.filter;
	if (!options->log)
		return check_execve(options, launch->filter, err);
	r = filter_notify_instead(launch->filter, &execution->notify_filter, err);
	launch->filter = &execution->notify_filter;
	return r;
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct run_options *options = call->options;
	_cleanup_(execution_finish) struct execution execution = {
		.options = options,
		.launch = { .pidfd = -1, .listener = -1 },
		.signals = -1,
		.kernel_log = -1,
	};
	struct launch_options launch = { .command = call->argv, .supervised = options->log };
	int r = prepare(&execution, &launch, err), status;

	if (r == 0)
		r = start(&execution, &launch, err);
	if (r < 0)
		return r;
	status = exit_status(&execution.launch);
	explain_death(&execution, call->argv[0]);
	if (options->log)
		r = report(&execution, status, err);
	return r < 0 ? r : status;
}

#define OPTION(member) .offset = offsetof(struct run_options, member)

static const struct cli_option options_table[] = {
	{ .letter = 'p',
	  .name = "profile",
	  .argument = "FILE",
	  .type = CLI_STRING,
	  OPTION(profile),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "a profile of any format, or a recording" },
	{ .name = "log",
	  .type = CLI_FLAG,
	  OPTION(log),
	  .help = "deny nothing, and report at the end which calls the profile does not allow" },
	{ .name = "kill",
	  .type = CLI_FLAG,
	  OPTION(kill),
	  .help = "kill a process that makes a call that the profile does not name, whatever its "
		  "number" },
	{ .name = "runtime",
	  .argument = "RUNTIME",
	  .type = CLI_STRING,
	  OPTION(runtime),
	  .initial = "runc",
	  .help = "make the filter as this runtime does: runc, which adds ENOSYS for numbers "
		  "above the highest of the profile, or crun, which does not; with @VERSION for "
		  "another version than the installed one" },
	{ .letter = 'u',
	  .name = "user",
	  .argument = "USER",
	  .type = CLI_STRING,
	  OPTION(user),
	  .complete = CLI_COMPLETE_USER,
	  .help = "run the command as this user" },
	{ .letter = 'o',
	  .name = "output",
	  .argument = "FILE",
	  .type = CLI_STRING,
	  OPTION(output),
	  .group = "With --log",
	  .complete = CLI_COMPLETE_FILE,
	  .help = "write the report to this file (default: standard error)" },
	REPORT_FORMAT_OPTION(struct run_options),
	{},
};

const struct cli_command run_command = {
	.name = "run",
	.summary = "Runs a command under a profile, to try the profile before a cluster uses it.",
	.synopsis = (const char *const[]){ "--profile FILE [OPTION]... [--] CMD [ARG]...", NULL },
	.description =
		(const char *const[]){
			"The command runs with no_new_privs and under the filter that runc, or "
			"crun with --runtime crun, would make of the profile, and needs no root. "
			"The exit status is the command's, or 128+N if signal N ended it. A "
			"command that is killed for a system call ends with SIGSYS; the call is "
			"named if the kernel's log can be read.",
			"With --log, the filter asks recorder about every call that the profile "
			"does not allow, and recorder notes the call and lets it continue. It "
			"runs until every process that the command started has ended. A program "
			"with a listener of its own (SECCOMP_FILTER_FLAG_NEW_LISTENER) cannot run "
			"with --log, because the kernel allows only one listener.",
			NULL,
		},
	.options = options_table,
	.options_size = sizeof(struct run_options),
	.arguments_min = 1,
	.arguments_max = -1,
	.complete = CLI_COMPLETE_COMMAND,
	.arguments_are_command = true,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Try a profile:",
			  "recorder run --profile shop.json -- ./server --port 80" },
			{ "Find out what the profile lacks:",
			  "recorder run --profile shop.json --log -- ./server --port 80" },
			{},
		},
	.run = run,
};
