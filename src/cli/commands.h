/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

/* Every command is in the file of its name. src/main.c puts them in the table. */
struct cli_command;

extern const struct cli_command baseline_command;
extern const struct cli_command compare_command;
extern const struct cli_command convert_command;
extern const struct cli_command detach_command;
extern const struct cli_command diff_command;
extern const struct cli_command doctor_command;
extern const struct cli_command explain_command;
extern const struct cli_command help_command;
extern const struct cli_command install_command;
extern const struct cli_command list_command;
extern const struct cli_command merge_command;
extern const struct cli_command record_command;
extern const struct cli_command run_command;
extern const struct cli_command uninstall_command;
extern const struct cli_command verify_command;
extern const struct cli_command version_command;

#endif
