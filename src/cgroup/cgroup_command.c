// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "util/error.h"
#include "util/file.h"
#include "util/str.h"

#define PROCS_MAX (16 << 20)
#define DEPTH_MAX 64
#define NAMES_MAX 100
/* A process that forks while it is moved leaves a child behind for the next round. */
#define EMPTY_ROUNDS 50

void cgroup_command_finish(struct cgroup_command *command)
{
	free(command->directory);
	free(command->path);
	free(command->parent);
	*command = (struct cgroup_command){};
}

/*
 * Finds the caller's own cgroup, because an unprivileged caller may be allowed to make a cgroup
 * there. Falls back to the top of the hierarchy if the caller's cgroup is not visible.
 */
static int find_parent(const struct cgroup_mount *mount, char **ret_path, char **ret_directory,
		       struct error *err)
{
	_cleanup_free_ char *path = NULL;
	int r = cgroup_of_pid(getpid(), &path, err);

	if (r < 0)
		return r;
	if (cgroup_directory(mount, path, ret_directory, NULL) < 0) {
		free(path);
		path = strdup(mount->root);
		*ret_directory = strdup(mount->path);
		if (!path || !*ret_directory)
			return error_nomem(err);
	}
	*ret_path = steal_pointer(&path);
	return 0;
}

static char *join(const char *directory, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, name) < 0)
		return NULL;
	return path;
}

/*
 * Removes cgroups of recorders that were killed before they could do it. The kernel refuses to
 * remove a cgroup that is not empty.
 */
static void remove_stale(const char *parent)
{
	_cleanup_closedir_ DIR *dir = opendir(parent);
	struct dirent *entry;
	int pid, number;

	while (dir && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "recorder-%d-%d", &pid, &number) == 2 &&
		    kill(pid, 0) < 0 && errno == ESRCH)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
}

int cgroup_create_for_command(const struct cgroup_mount *mount, struct cgroup_command *ret_command,
			      struct error *err)
{
	_cleanup_cgroup_command_ struct cgroup_command command = {};
	_cleanup_free_ char *parent_path = NULL;
	char name[64];
	int i, r = find_parent(mount, &parent_path, &command.parent, err);

	if (r < 0)
		return r;
	remove_stale(command.parent);
	/* The name may exist: a killed recorder with the same pid may have left its cgroup. */
	for (i = 0; i < NAMES_MAX; i++) {
		snprintf(name, sizeof(name), "recorder-%d-%d", getpid(), i);
		free(command.directory);
		command.directory = join(command.parent, name);
		if (!command.directory)
			return error_nomem(err);
		if (mkdir(command.directory, 0755) == 0)
			break;
		if (errno != EEXIST || i == NAMES_MAX - 1)
			return error_set_errno(err, errno, "make the cgroup %s for the command",
					       command.directory);
	}
	command.path = join(parent_path, name);
	r = command.path ? cgroup_id_of_directory(command.directory, &command.id, err) :
			   error_nomem(err);
	if (r < 0) {
		rmdir(command.directory);
		return r;
	}
	*ret_command = command;
	command = (struct cgroup_command){};
	return 0;
}

/* Writes a control file of a cgroup in one write(2), because the kernel requires it. */
static int write_control(const char *directory, const char *file, const char *text)
{
	_cleanup_free_ char *path = join(directory, file);
	_cleanup_close_ int fd = -1;

	if (!path)
		return -ENOMEM;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

static int move_process(const char *directory, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return write_control(directory, "cgroup.procs", text);
}

int cgroup_command_populated(const struct cgroup_command *command, bool *ret_populated,
			     struct error *err)
{
	_cleanup_free_ char *path = join(command->directory, "cgroup.events"), *text = NULL;
	int r;

	if (!path)
		return error_nomem(err);
	r = file_read(AT_FDCWD, path, PROCS_MAX, &text, NULL, err);
	if (r < 0)
		return r;
	*ret_populated = strstr(text, "populated 1");
	return 0;
}

/* Calls act on the cgroup and on all cgroups below it, deepest first. */
static int for_each_below(const char *directory, int depth,
			  int (*act)(const char *directory, const void *data), const void *data)
{
	_cleanup_closedir_ DIR *dir = opendir(directory);
	struct dirent *entry;
	int r;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	if (depth > DEPTH_MAX)
		return -ELOOP;
	while ((entry = readdir(dir))) {
		_cleanup_free_ char *child = NULL;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = join(directory, entry->d_name);
		r = child ? for_each_below(child, depth + 1, act, data) : -ENOMEM;
		if (r < 0)
			return r;
	}
	return act(directory, data);
}

static int move_one(pid_t pid, const void *data)
{
	return move_process(data, pid);
}

static int move_out(const char *directory, const void *data)
{
	return cgroup_for_each_process(directory, move_one, data);
}

static int remove_one(const char *directory, const void *data)
{
	return rmdir(directory) < 0 && errno != ENOENT ? -errno : 0;
}

int cgroup_command_remove(const struct cgroup_command *command, struct error *err)
{
	int round, r = -EBUSY;

	for (round = 0; round < EMPTY_ROUNDS && r == -EBUSY; round++) {
		/* A process that forks meanwhile needs another round. */
		if (round)
			usleep(10000);
		r = for_each_below(command->directory, 0, move_out, command->parent);
		if (r == 0)
			r = for_each_below(command->directory, 0, remove_one, NULL);
	}
	return r < 0 ? error_set_errno(err, -r, "remove the cgroup %s", command->directory) : 0;
}
