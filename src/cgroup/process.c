// SPDX-License-Identifier: Apache-2.0
#include "cgroup/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/observation.h"
#include "cgroup/capability.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

#define STATUS_MAX (1 << 16)
#define SECCOMP_FILTER 2	/* SECCOMP_MODE_FILTER, include/uapi/linux/seccomp.h */
#define PF_KTHREAD 0x00200000UL /* include/linux/sched.h */

static int read_file(pid_t pid, const char *name, char **ret_text, struct error *err)
{
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	r = file_read(AT_FDCWD, path, STATUS_MAX, ret_text, NULL, NULL);
	if (r == -ENOENT || r == -ESRCH)
		return error_set(err, ESRCH, "there is no process %d", pid);
	return r < 0 ? error_set_errno(err, -r, "read %s", path) : 0;
}

/* Returns the value of a "Key:\tvalue" line as a pointer into text, or NULL. */
static const char *status_value(const char *text, const char *key)
{
	const char *line = text;
	size_t length = strlen(key);

	while (line && *line) {
		if (strncmp(line, key, length) == 0 && line[length] == ':')
			return line + length + 1 + strspn(line + length + 1, " \t");
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return NULL;
}

int process_open(pid_t pid, int *ret_directory, uint64_t *ret_started, struct error *err)
{
	_cleanup_close_ int directory = -1;
	_cleanup_free_ char *text = NULL;
	unsigned long long started;
	const char *name_end;
	char path[32];
	int r;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = directory < 0 ? -errno : file_read(directory, "stat", STATUS_MAX, &text, NULL, NULL);
	if (r < 0)
		return error_set(err, ESRCH, "there is no process %d", pid);
	/*
	 * The name may contain anything, also ")". starttime is the 20th field after it: proc(5).
	 */
	name_end = strrchr(text, ')');
	if (!name_end ||
	    sscanf(name_end,
		   ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
		   "%*d %llu",
		   &started) != 1)
		return error_set(err, EBADMSG, "%s/stat is not as expected", path);
	*ret_directory = steal_fd(&directory);
	*ret_started = started;
	return 0;
}

int process_name(pid_t pid, char **ret_name, struct error *err)
{
	char *name;
	int r = read_file(pid, "comm", &name, err);

	if (r < 0)
		return r;
	name[strcspn(name, "\n")] = '\0';
	*ret_name = name;
	return 0;
}

int process_is_filtered(pid_t pid, bool *ret_filtered, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	const char *mode;
	int r = read_file(pid, "status", &text, err);

	if (r < 0)
		return r;
	mode = status_value(text, "Seccomp");
	*ret_filtered = mode && atoi(mode) == SECCOMP_FILTER;
	return 0;
}

int process_is_kernel_thread(pid_t pid, bool *ret_kernel, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	unsigned long flags = 0;
	const char *name_end;
	int r = read_file(pid, "stat", &text, err);

	if (r < 0)
		return r;
	/*
	 * The name may contain anything, also ")". After it come state, ppid, pgrp, session,
	 * tty, tpgid and flags: proc(5).
	 */
	name_end = strrchr(text, ')');
	if (!name_end || sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %lu", &flags) != 1)
		return error_set(err, EBADMSG, "/proc/%d/stat is not as expected", pid);
	*ret_kernel = flags & PF_KTHREAD;
	return 0;
}

int process_describe(pid_t pid, struct observation *observation, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	const char *value;
	int r = read_file(pid, "status", &text, err);

	if (r < 0)
		return r;
	value = status_value(text, "Seccomp");
	if (value)
		observation->seccomp = atoi(value) == SECCOMP_FILTER ? SECCOMP_MODE_FILTERED :
								       SECCOMP_MODE_UNCONFINED;
	value = status_value(text, "NoNewPrivs");
	if (value)
		observation->no_new_privs = atoi(value) ? TRISTATE_YES : TRISTATE_NO;
	value = status_value(text, "CapBnd");
	if (!value)
		return 0;
	observation->capabilities_known = true;
	return capability_add_mask(observation, strtoull(value, NULL, 16), err);
}
