// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/frame/cli.h"
#include "cli/input.h"
#include "recording/explain.h"
#include "recording/recording.h"
#include "util/cleanup.h"
#include "util/error.h"

struct explain_options {
	bool json;
};

static int run(const struct cli_call *call, struct error *err)
{
	const struct explain_options *options = call->options;
	const char *path = call->argv[0], *name = call->argv[1];
	_cleanup_recording_ struct recording recording = {};
	_cleanup_free_ char *text = NULL;
	bool found;
	int r;

	r = input_read_recording(path, &recording, err);
	if (r < 0)
		return r;
	r = options->json ? recording_explain_json(&recording, name, &text, &found, err) :
			    recording_explain(&recording, name, &text, &found, err);
	if (r == 0)
		r = cli_print(text, err);
	if (r < 0)
		return r;
	return found ? CLI_SUCCESS : CLI_FAILURE;
}

static const struct cli_option options_table[] = {
	{ .name = "json",
	  .type = CLI_FLAG,
	  .offset = offsetof(struct explain_options, json),
	  .help = "print the evidence as JSON" },
	{},
};

const struct cli_command explain_command = {
	.name = "explain",
	.summary = "Prints the evidence for one system call.",
	.synopsis = (const char *const[]){ "[OPTION]... FILE SYSCALL", NULL },
	.description =
		(const char *const[]){
			"FILE is a recording ('recorder record --format recording'), or '-' for "
			"standard input. SYSCALL is a name or a number. Prints which containers "
			"made the call, when and by which process it was first seen, through "
			"which ABI, and its origin. Exits with 1 if nothing in the recording made "
			"or attempted the call.",
			NULL },
	.options = options_table,
	.options_size = sizeof(struct explain_options),
	.arguments_min = 2,
	.arguments_max = 2,
	.complete = CLI_COMPLETE_FILE,
	.examples = (const struct cli_example[]){ { "Find out who called ptrace:",
						    "recorder explain web.recording.json ptrace" },
						  {} },
	.run = run,
};
