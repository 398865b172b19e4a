// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <stdio.h>

#include "cli/frame/cli.h"
#include "record/recorder.h"
#include "util/cleanup.h"
#include "util/error.h"

struct detach_options {
	const char *pins;
};

static int run(const struct cli_call *call, struct error *err)
{
	const struct detach_options *options = call->options;
	const char *path = options->pins ?: RECORDER_PINS;
	_cleanup_free_ char *text = NULL;
	bool removed;
	int r = recorder_detach(path, &removed, err);

	if (r < 0)
		return r;
	if (asprintf(&text, removed ? "removed: %s\n" : "nothing is pinned: %s\n", path) < 0) {
		text = NULL;
		return error_nomem(err);
	}
	return cli_print(text, err);
}

static const struct cli_option options_table[] = {
	{ .name = "pin-dir",
	  .argument = "DIR",
	  .type = CLI_STRING,
	  .offset = offsetof(struct detach_options, pins),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "the directory of the pins (default: " RECORDER_PINS ")" },
	{},
};

const struct cli_command detach_command = {
	.name = "detach",
	.summary = "Removes BPF programs that a recorder left pinned.",
	.synopsis = (const char *const[]){ "[OPTION]...", NULL },
	.description =
		(const char *const[]){
			"A recorder that pins its BPF programs leaves them recording when it ends, "
			"for the next one to take over. They stop by themselves after 10 minutes "
			"without an owner. This command removes them at once, with all that they "
			"recorded. It fails while a process owns them. 'recorder record' pins "
			"nothing.",
			NULL,
		},
	.options = options_table,
	.options_size = sizeof(struct detach_options),
	.complete = CLI_COMPLETE_NONE,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Remove what an agent left behind:", "recorder detach" }, {} },
	.run = run,
};
