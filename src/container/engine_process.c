// SPDX-License-Identifier: Apache-2.0
#include "container/engine_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup/owner.h"
#include "util/array.h"
#include "util/error.h"
#include "util/file.h"
#include "util/str.h"

#define COMM_MAX 64
#define ARGUMENTS_MAX (1 << 18)

static void engine_process_finish(struct engine_process *process)
{
	size_t i;

	for (i = 0; i < process->argument_count; i++)
		free(process->arguments[i]);
	free(process->arguments);
	cleanup_close_p(&process->directory);
}

void engine_processes_finish(struct engine_processes *processes)
{
	size_t i;

	for (i = 0; i < processes->length; i++)
		engine_process_finish(&processes->items[i]);
	free(processes->items);
	*processes = (struct engine_processes){};
}

static bool is_called(int directory, const char *name)
{
	_cleanup_free_ char *comm = NULL;

	if (file_read(directory, "comm", COMM_MAX, &comm, NULL, NULL) < 0)
		return false;
	comm[strcspn(comm, "\n")] = '\0';
	return strcmp(comm, name) == 0;
}

static bool same_files(int directory, const char *other)
{
	struct stat ours, its;

	return fstatat(directory, "ns/mnt", &its, 0) == 0 && stat(other, &ours) == 0 &&
	       ours.st_dev == its.st_dev && ours.st_ino == its.st_ino;
}

static bool is_roots(int directory)
{
	if (!same_files(directory, "/proc/self/ns/mnt") && !same_files(directory, "/proc/1/ns/mnt"))
		return false;
	return owner_runs_process(OWNER_ROOT, directory);
}

static int read_arguments(struct engine_process *process, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	const char *at;
	size_t size;
	char **grown;

	if (file_read(process->directory, "cmdline", ARGUMENTS_MAX, &text, &size, NULL) < 0)
		return 0;
	for (at = text; at < text + size; at += strlen(at) + 1) {
		grown = array_grow(process->arguments, process->argument_count, sizeof(*grown));
		if (!grown)
			return error_nomem(err);
		process->arguments = grown;
		grown[process->argument_count] = strdup(at);
		if (!grown[process->argument_count])
			return error_nomem(err);
		process->argument_count++;
	}
	return 0;
}

static int add_process(struct engine_processes *processes, pid_t pid, int *directory,
		       struct error *err)
{
	struct engine_process *grown =
		array_grow(processes->items, processes->length, sizeof(*grown));

	if (!grown)
		return error_nomem(err);
	processes->items = grown;
	grown[processes->length] =
		(struct engine_process){ .pid = pid, .directory = steal_fd(directory) };
	return read_arguments(&grown[processes->length++], err);
}

int engine_processes_find(const char *name, struct engine_processes *ret_processes,
			  struct error *err)
{
	_cleanup_engine_processes_ struct engine_processes processes = {};
	_cleanup_closedir_ DIR *proc = opendir("/proc");
	struct dirent *entry;
	long pid;
	int r = 0;

	if (!proc)
		return error_set_errno(err, errno, "open /proc");
	while (r == 0 && (entry = readdir(proc))) {
		_cleanup_close_ int directory = -1;

		if (str_parse_long(entry->d_name, 1, INT32_MAX, &pid, NULL) < 0)
			continue;
		directory = openat(dirfd(proc), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (directory >= 0 && is_called(directory, name) && is_roots(directory))
			r = add_process(&processes, pid, &directory, err);
	}
	if (r < 0)
		return r;
	*ret_processes = processes;
	processes = (struct engine_processes){};
	return 0;
}

const char *engine_process_option(const struct engine_process *process, const char *option,
				  const char *short_option)
{
	const char *next, *argument;
	size_t i, length = strlen(option);

	for (i = 1; i < process->argument_count; i++) {
		argument = process->arguments[i];
		next = i + 1 < process->argument_count ? process->arguments[i + 1] : NULL;
		if (strncmp(argument, option, length) == 0 && argument[length] == '=')
			return argument + length + 1;
		if (next && (strcmp(argument, option) == 0 ||
			     (short_option && strcmp(argument, short_option) == 0)))
			return next;
	}
	return NULL;
}
