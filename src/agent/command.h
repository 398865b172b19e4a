/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_COMMAND_H
#define AGENT_COMMAND_H

/* recorder agent */
struct cli_command;

extern const struct cli_command agent_command;

#endif
