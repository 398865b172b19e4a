/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_STORE_OPTIONS_H
#define CLI_STORE_OPTIONS_H

/* Options that install, uninstall and list share. */
#include <stdbool.h>

#include "cli/frame/cli.h"

/* The kubelet's directory for Localhost profiles, with its default --root-dir. */
#define STORE_ROOT_OPTION(structure)                                                        \
	{                                                                                   \
		.name = "root", .argument = "DIR", .type = CLI_STRING,                      \
		.offset = offsetof(structure, root), .initial = "/var/lib/kubelet/seccomp", \
		.complete = CLI_COMPLETE_DIRECTORY,                                         \
		.help = "the directory from which the kubelet reads profiles"               \
	}

#define STORE_PATH_OPTIONS(structure)                                                            \
	{ .name = "prefix",                                                                      \
	  .argument = "LABEL",                                                                   \
	  .type = CLI_STRING,                                                                    \
	  .offset = offsetof(structure, prefix),                                                 \
	  .initial = "operator",                                                                 \
	  .help = "the directory below --root" },                                                \
	{                                                                                        \
		.letter = 'n', .name = "namespace", .argument = "NAMESPACE", .type = CLI_STRING, \
		.offset = offsetof(structure, namespace),                                        \
		.help = "the directory below --prefix (default: none)"                           \
	}

#endif
