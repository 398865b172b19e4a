/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FRAME_HOST_OPTION_H
#define CLI_FRAME_HOST_OPTION_H

/* Options that say where on a host the files, the container runtime and the pods are. */
#include "cli/frame/cli.h"
#include "util/host_root.h"

struct error;

/* The structure has a const char * named host_root. */
#define HOST_ROOT_OPTION(structure)                                                            \
	{                                                                                      \
		.name = "host-root", .argument = "DIR", .type = CLI_STRING,                    \
		.offset = offsetof(structure, host_root), .complete = CLI_COMPLETE_DIRECTORY,  \
		.help = "where the host's / is mounted, for a recorder in a container; /host " \
			"is found by itself, and / switches that off"                          \
	}

/* The structure has a const char * named runtime_endpoint. */
#define RUNTIME_ENDPOINT_OPTION(structure)                                                      \
	{                                                                                       \
		.name = "runtime-endpoint", .argument = "SOCKET", .type = CLI_STRING,           \
		.offset = offsetof(structure, runtime_endpoint), .complete = CLI_COMPLETE_FILE, \
		.help = "CRI socket of the container runtime (default: the usual places)"       \
	}

/* The structure has a const char * named cgroup_root. */
#define CGROUP_ROOT_OPTION(structure)                                                      \
	{                                                                                  \
		.name = "cgroup-root", .argument = "PATH", .type = CLI_STRING,             \
		.offset = offsetof(structure, cgroup_root), .complete = CLI_COMPLETE_FILE, \
		.help = "ignore pods outside of this cgroup, those of another kubelet"     \
	}

/*
 * Enters the host's files if the option, or what is found without it (NULL), says where they
 * are. Files that the user names as input or output are the caller's own, so read and write them
 * before or after it.
 */
int host_option_enter(const char *option, struct host_root *ret_host_root, struct error *err);

#endif
