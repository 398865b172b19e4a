// SPDX-License-Identifier: Apache-2.0
#include "agent/command.h"
#include "cli/frame/cli.h"
#include "cli/commands.h"

/* Sorted by name. */
static const struct cli_command *const commands[] = {
	&agent_command,	  &baseline_command, &compare_command,
	&convert_command, &detach_command,   &diff_command,
	&doctor_command,  &explain_command,  &help_command,
	&install_command, &list_command,     &merge_command,
	&record_command,  &run_command,	     &uninstall_command,
	&verify_command,  &version_command,  NULL,
};

static const struct cli_program program = {
	.name = "recorder",
	.summary = "Records the system calls of containers and writes minimal seccomp profiles.",
	.version = RECORDER_VERSION,
	.commands = commands,
};

int main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
