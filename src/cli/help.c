// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/frame/frame.h"
#include "util/cleanup.h"
#include "util/error.h"

struct help_options {
	int format; /* index into formats */
};

static const char *const formats[] = { "text", "man-commands", "man-examples", "bash", NULL };

/* In the order of formats. */
static char *(*const writers[])(const struct cli_program *program) = {
	cli_help_program,
	cli_manual_commands,
	cli_manual_examples,
	cli_bash_completion,
};

static const struct cli_option options[] = {
	{ .name = "format",
	  .type = CLI_CHOICE,
	  .offset = offsetof(struct help_options, format),
	  .choices = formats,
	  .initial = "text",
	  .help = "what to print: this help, parts of the manual page, or bash completion" },
	{},
};

static int run(const struct cli_call *call, struct error *err)
{
	const struct help_options *help = call->options;
	const struct cli_command *about = NULL;
	_cleanup_free_ char *text = NULL;

	if (call->argc > 0) {
		about = cli_find_command(call->program, call->argv[0]);
		if (!about)
			return cli_usage_error(err, "unknown command '%s'", call->argv[0]);
		if (help->format != 0)
			return cli_usage_error(err,
					       "'--format %s' covers all commands; do not "
					       "name one",
					       formats[help->format]);
	}
	text = about ? cli_help_command(call->program, about) :
		       writers[help->format](call->program);
	return text ? cli_print(text, err) : error_nomem(err);
}

const struct cli_command help_command = {
	.name = "help",
	.summary = "Explains the program or one command.",
	.synopsis = (const char *const[]){ "[COMMAND]", "--format FORMAT", NULL },
	.options = options,
	.options_size = sizeof(struct help_options),
	.arguments_max = 1,
	.complete = CLI_COMPLETE_SUBCOMMAND,
	.run = run,
};
