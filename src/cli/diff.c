// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/frame/cli.h"
#include "cli/diff_files.h"
#include "cli/input.h"
#include "cli/output_file.h"
#include "profile/diff/default_profiles.h"
#include "profile/diff/diff.h"
#include "profile/diff/diff_report.h"
#include "profile/diff/ignore.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"
#include "util/log.h"

#define IGNORE_FILE ".recorderignore"
#define BASELINE_USUAL "containerd"
#define IGNORE_SIZE_MAX (1u << 20)

struct diff_command_options {
	const char *fail_on;
	int format; /* enum diff_format */
	const char *output;
	const char *ignore_file;
	const char *baseline;
	bool lenient;
	struct context_options context;
};

/* The state of the command, from the options to the report. The diff borrows from it. */
struct session {
	const struct diff_command_options *options;
	struct ignore_list ignore;
	char today[DATE_SIZE];
	struct default_profiles *defaults;
	struct input_context context;
	struct diff *diff;
};

static void session_finish(struct session *session)
{
	diff_destroy(session->diff);
	ignore_list_finish(&session->ignore);
	default_profiles_destroy(session->defaults);
	input_context_finish(&session->context);
}

/* A file that the user named must exist; the one in this directory need not. */
static int read_ignore_file(struct session *session, const char **ret_name, struct error *err)
{
	const char *named = session->options->ignore_file;
	const char *path = named ? named : IGNORE_FILE;
	_cleanup_error_ struct error reason = ERROR_INIT;
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	*ret_name = path;
	r = file_read(AT_FDCWD, path, IGNORE_SIZE_MAX, &text, &size, &reason);
	if (r == -ENOENT && !named)
		return 0;
	if (r < 0)
		return error_set(err, -r, "%s", error_message(&reason));
	return ignore_list_read(path, text, size, &session->ignore, err);
}

/* Parses --baseline: "containerd" or "containerd@1.7.3". */
static int find_defaults(struct session *session, struct error *err)
{
	const char *baseline = session->options->baseline;
	_cleanup_free_ char *runtime = strdup(baseline ? baseline : BASELINE_USUAL);
	_cleanup_error_ struct error reason = ERROR_INIT;
	char *version = runtime;
	int r;

	if (!runtime)
		return error_nomem(err);
	strsep(&version, "@");
	r = default_profiles_create(runtime, version, !baseline, &session->defaults, &reason);
	return r < 0 ? cli_usage_error(err, "--baseline: %s", error_message(&reason)) : 0;
}

static void find_today(char today[DATE_SIZE])
{
	time_t now = time(NULL);
	struct tm day;

	gmtime_r(&now, &day);
	strftime(today, DATE_SIZE, "%Y-%m-%d", &day);
}

/* Checks the options that need no input file. */
static int check_options(struct session *session, unsigned int *ret_fail_on, struct error *err)
{
	const struct diff_command_options *options = session->options;
	_cleanup_error_ struct error reason = ERROR_INIT;
	int r;

	if (strcmp(options->fail_on, "none") != 0 &&
	    diff_fail_on_parse(options->fail_on, ret_fail_on, &reason) < 0)
		return cli_usage_error(err, "option '--fail-on': %s", error_message(&reason));
	r = find_defaults(session, err);
	if (r < 0)
		return r;
	return input_context_init(&session->context, &options->context, err);
}

static int compare(struct session *session, unsigned int fail_on, char *const *paths,
		   struct error *err)
{
	const struct document_options reading = {
		.lenient = session->options->lenient,
		.context = &session->context.context,
	};
	struct diff_options options = {
		.fail_on = fail_on,
		.ignore = &session->ignore,
		.today = session->today,
		.defaults = session->defaults,
	};
	int r;

	find_today(session->today);
	if ((r = read_ignore_file(session, &options.ignore_name, err)) < 0 ||
	    (r = diff_create(&options, &session->diff, err)) < 0)
		return r;
	return diff_add_paths(session->diff, paths[0], paths[1], &reading, err);
}

static int write_report(const struct session *session, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = diff_report(session->diff, session->options->format, &text, err);

	if (r < 0)
		return r;
	return output_file_write(session->options->output, text, strlen(text), err);
}

static int run(const struct cli_call *call, struct error *err)
{
	_cleanup_(session_finish) struct session session = { .options = call->options };
	unsigned int fail_on = 0;
	int r = check_options(&session, &fail_on, err);

	if (r < 0)
		return r;
	if (compare(&session, fail_on, call->argv, err) < 0 || write_report(&session, err) < 0) {
		/* A CI gate must not mistake a failed comparison for a difference. */
		log_error("%s", error_message(err));
		return DIFF_CANNOT_TELL;
	}
	return session.diff->verdict;
}

#define OPTION(member) .offset = offsetof(struct diff_command_options, member)

static const struct cli_option options_table[] = {
	{ .name = "fail-on",
	  .argument = "KIND[,KIND...]",
	  .type = CLI_STRING,
	  OPTION(fail_on),
	  .choices = (const char *const[]){ "added", "widened", "removed", "risky", "used", "none",
					    NULL },
	  .initial = "added,widened",
	  .help = "the differences for which the exit status is 1: added, widened (permitted for "
		  "more arguments), removed, risky (a call of high risk was added or widened), used "
		  "(of two recordings, the new one has a value of an argument that the old one "
		  "has not, such as another ioctl request), or none" },
	{ .name = "format",
	  .type = CLI_CHOICE,
	  OPTION(format),
	  .choices = diff_format_names,
	  .initial = "text",
	  .help = "text for people, json for programs, markdown for comments on change requests, "
		  "sarif for code scanning, junit for test reports" },
	OUTPUT_OPTION(struct diff_command_options),
	{ .name = "ignore-file",
	  .argument = "FILE",
	  .type = CLI_STRING,
	  OPTION(ignore_file),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "accepted differences, one per line: the call, the last day (such as "
		  "2027-03-31, or never), the reason (default: .recorderignore in this directory)" },
	{ .name = "baseline",
	  .argument = "RUNTIME[@VERSION]",
	  .type = CLI_STRING,
	  OPTION(baseline),
	  .help = "the runtime whose RuntimeDefault the report mentions for new calls, such as "
		  "cri-o@1.31, or cri-o for its newest version (default: the engine and version "
		  "in the recording, else containerd)" },
	LENIENT_OPTION(struct diff_command_options),
	CONTEXT_OPTIONS(struct diff_command_options, context),
	{},
};

const struct cli_command diff_command = {
	.name = "diff",
	.summary = "Compares new profiles with old ones, and fails if they permit more.",
	.synopsis = (const char *const[]){ "[OPTION]... OLD NEW", NULL },
	.description =
		(const char *const[]){
			"OLD and NEW are profiles in any format, recordings ('-' is standard "
			"input), or directories of them, whose files are matched by name. A file "
			"that only NEW has adds all its calls. What the profiles do is compared, "
			"not their text, on every architecture that either lists: order, grouping "
			"and repetition do not matter, and conditions on arguments are compared "
			"exactly.",
			"Of two recordings, the values of their calls' arguments are compared too, "
			"also those of calls that a filter denied. Values of which one recording "
			"has not all are not compared.",
			"For each call that is added or widened, diff prints the purpose, the "
			"risk, whether RuntimeDefault allows it and, if NEW is a recording, which "
			"container and process made it first.",
			"Exits with 0 if nothing fails, with 1 for a difference that fails, and "
			"with 2 if the profiles cannot be compared: bad input, or a recording "
			"that is not complete.",
			NULL },
	.options = options_table,
	.options_size = sizeof(struct diff_command_options),
	.arguments_min = 2,
	.arguments_max = 2,
	.complete = CLI_COMPLETE_FILE,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Fail a build that needs a new system call:",
			  "recorder diff main/shop.recording.json shop.recording.json" },
			{ "Compare all profiles of two branches for a comment on a change request:",
			  "recorder diff --format markdown -o comment.md main/profiles profiles" },
			{ "Fail only on calls of high risk, for code scanning:",
			  "recorder diff --fail-on risky --format sarif old.json new.json" },
			{} },
	.run = run,
};
