/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_ENGINE_PROCESS_H
#define CONTAINER_ENGINE_PROCESS_H

/* The processes of container engines on this machine: their daemons, and conmon. */
#include <stddef.h>
#include <sys/types.h>

#include "util/cleanup.h"

struct error;

struct engine_process {
	pid_t pid;
	int directory; /* /proc/PID, open */
	char **arguments;
	size_t argument_count;
};

struct engine_processes {
	struct engine_process *items;
	size_t length;
};

/*
 * Finds the processes whose comm is name. A name alone is no evidence. A process counts only if
 * it runs as root, and in the mount namespace of this process or of process 1. That excludes
 * processes of containers and of ordinary users.
 */
int engine_processes_find(const char *name, struct engine_processes *ret_processes,
			  struct error *err);
void engine_processes_finish(struct engine_processes *processes);
#define _cleanup_engine_processes_ _cleanup_(engine_processes_finish)

/*
 * Returns the value of an option, written as "--option value", "--option=value" or with its
 * short name ("-o value"); short_option may be NULL. NULL if the option is not given. Borrowed
 * from the process.
 */
const char *engine_process_option(const struct engine_process *process, const char *option,
				  const char *short_option);

#endif
