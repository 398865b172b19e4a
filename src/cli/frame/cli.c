// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/frame/frame.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"
#include "util/str.h"

/* Above every errno, so that the code identifies a usage error. */
#define USAGE_ERROR 0x10000
#define COMMANDS_MAX 32

int cli_usage_error(struct error *err, const char *format, ...)
{
	_cleanup_free_ char *message = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&message, format, args);
	va_end(args);
	if (length < 0) {
		message = NULL;
		return error_nomem(err);
	}
	return error_set(err, USAGE_ERROR, "%s", message);
}

int cli_print(const char *text, struct error *err)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		return error_set_errno(err, errno, "writing to standard output");
	return 0;
}

const struct cli_command *cli_find_command(const struct cli_program *program, const char *name)
{
	const struct cli_command *const *command;

	for (command = program->commands; *command; command++)
		if (strcmp((*command)->name, name) == 0)
			return *command;
	return NULL;
}

/* Finds the command that the user named, or suggests the one that is likely meant. */
static int require_command(const struct cli_program *program, const char *name,
			   const struct cli_command **ret_command, struct error *err)
{
	const char *names[COMMANDS_MAX], *nearest;
	size_t count;

	*ret_command = cli_find_command(program, name);
	if (*ret_command)
		return 0;
	for (count = 0; count < COMMANDS_MAX && program->commands[count]; count++)
		names[count] = program->commands[count]->name;
	nearest = str_nearest(name, names, count);
	if (nearest)
		return cli_usage_error(err, "unknown command '%s' (did you mean '%s'?)", name,
				       nearest);
	return cli_usage_error(err, "unknown %s '%s'", name[0] == '-' ? "option" : "command", name);
}

static int check_argument_count(const struct cli_command *command, int argc, char **argv,
				struct error *err)
{
	if (argc < command->arguments_min)
		return cli_usage_error(err, "an argument is missing; usage: recorder %s %s",
				       command->name, command->synopsis[0]);
	if (command->arguments_max >= 0 && argc > command->arguments_max)
		return cli_usage_error(err, "unexpected argument '%s'",
				       argv[command->arguments_max]);
	return 0;
}

static void apply_log_options(const struct cli_common_options *common)
{
	log_set_format(common->log_format);
	if (common->quiet)
		log_set_level(LOG_ERROR);
	else if (common->verbose > 1)
		log_set_level(LOG_DEBUG);
}

/* Parses the options and runs the command. argv[0] is its name. Returns what run() returns. */
static int run_command(const struct cli_program *program, const struct cli_command *command,
		       int argc, char **argv, void *options, struct error *err)
{
	struct cli_common_options common;
	struct cli_call call = { .program = program, .command = command, .options = options };
	int first, r;

	r = cli_options_parse(command, argc, argv, options, &common, &first, err);
	apply_log_options(&common);
	if (r < 0)
		return r;
	if (common.help) {
		_cleanup_free_ char *text = cli_help_command(program, command);

		return text ? cli_print(text, err) : error_nomem(err);
	}
	call.argc = argc - first;
	call.argv = argv + first;
	call.verbose = common.verbose;
	r = check_argument_count(command, call.argc, call.argv, err);
	if (r < 0)
		return r;
	return command->run(&call, err);
}

/* Accepts "recorder --help" and "recorder --version" for the commands of these names. */
static const char *command_name(const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return "help";
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return "version";
	return word;
}

/*
 * Ends the program by the signal that interrupted it and is still pending, as if the program
 * did not handle signals.
 */
static void end_by_signal(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t pending, one;
	size_t i;

	sigpending(&pending);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (!sigismember(&pending, signals[i]))
			continue;
		signal(signals[i], SIG_DFL);
		sigemptyset(&one);
		sigaddset(&one, signals[i]);
		sigprocmask(SIG_UNBLOCK, &one, NULL);
	}
}

/* Reports a failure. Returns the exit status. */
static int finish(const struct cli_program *program, const struct cli_command *command, int r,
		  const struct error *err)
{
	if (r >= 0)
		return r;
	if (r != -USAGE_ERROR) {
		log_error("%s", error_message(err));
		if (r == -EINTR)
			end_by_signal();
		return CLI_FAILURE;
	}
	log_error("%s; see '%s help%s%s'", error_message(err), program->name, command ? " " : "",
		  command ? command->name : "");
	return CLI_USAGE;
}

/*
 * Fills closed standard descriptors, so that no file that is opened later gets such a number
 * and is mistaken for standard output. Writing to one still fails, and commands that are run
 * still find it closed.
 */
static void hold_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
	const struct cli_command *command = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ void *options = NULL;
	int r;

	hold_standard_descriptors();
	if (argc < 2)
		r = cli_usage_error(&err, "name the command to run");
	else
		r = require_command(program, command_name(argv[1]), &command, &err);
	if (r == 0) {
		/* One byte for a command without options: calloc(1, 0) may be NULL. */
		options = calloc(1, command->options_size + 1);
		r = options ? run_command(program, command, argc - 1, argv + 1, options, &err) :
			      error_nomem(&err);
		if (options)
			cli_options_finish(command, options);
	}
	return finish(program, command, r, &err);
}
