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
 * The processes that are called name. A name alone is no evidence: only those of root count that
 * see this machine's files, as this process or the machine's first one does, so none of a container
 * or of an ordinary user.
 */
int engine_processes_find(const char *name, struct engine_processes *ret_processes,
			  struct error *err);
void engine_processes_finish(struct engine_processes *processes);
#define _cleanup_engine_processes_ _cleanup_(engine_processes_finish)

/*
 * The value of an option that is written "--option value", "--option=value" or with its short name
 * ("-o value"); short_option may be NULL. NULL when it is not given. Borrowed from the process.
 */
const char *engine_process_option(const struct engine_process *process, const char *option,
				  const char *short_option);

#endif
