// SPDX-License-Identifier: Apache-2.0
#include "cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "util/error.h"
#include "util/file.h"
#include "util/pidfd.h"
#include "util/str.h"

#define MOUNTINFO_MAX (4 << 20)
#define PROC_CGROUP_MAX 65536
#define PROCS_MAX (16 << 20)

void cgroup_mount_finish(struct cgroup_mount *mount)
{
	free(mount->path);
	free(mount->root);
	*mount = (struct cgroup_mount){};
}

/*
 * Decodes in place the octal escapes \ooo that the kernel writes for space, tab, newline and
 * backslash.
 */
static void unescape(char *text)
{
	char *out = text;

	while (*text) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
		    text[2] <= '7' && text[3] >= '0' && text[3] <= '7') {
			*out++ = (text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0');
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/* proc(5): id parent major:minor root mountpoint options [optional…] - type source options */
struct mountinfo_line {
	char *root;
	char *path;
	const char *type;
};

/* Splits a line in place. False if the line does not have this form. */
static bool split_mountinfo(char *line, struct mountinfo_line *ret_line)
{
	char *fields[5], *separator = strstr(line, " - "), *save = NULL;
	size_t i;

	if (!separator)
		return false;
	*separator = '\0';
	for (i = 0; i < 5; i++) {
		fields[i] = strtok_r(i ? NULL : line, " ", &save);
		if (!fields[i])
			return false;
	}
	ret_line->root = fields[3];
	ret_line->path = fields[4];
	ret_line->type = separator + strlen(" - ");
	return true;
}

static bool type_is(const char *type, const char *name)
{
	size_t length = strcspn(type, " ");

	return length == strlen(name) && memcmp(type, name, length) == 0;
}

/*
 * Keeps the mount that shows more of the hierarchy. In some containers only a part of it is
 * bind-mounted, which gives a longer root.
 */
static int consider_mount(struct cgroup_mount *best, const struct mountinfo_line *line,
			  struct error *err)
{
	struct cgroup_mount mount = { .hybrid = best->hybrid };

	if (best->path && strlen(best->root) <= strlen(line->root))
		return 0;
	unescape(line->path);
	unescape(line->root);
	mount.path = strdup(line->path);
	mount.root = strdup(line->root);
	if (!mount.path || !mount.root) {
		cgroup_mount_finish(&mount);
		return error_nomem(err);
	}
	cgroup_mount_finish(best);
	*best = mount;
	return 0;
}

int cgroup_mount_parse(const char *mountinfo, struct cgroup_mount *ret_mount, struct error *err)
{
	_cleanup_cgroup_mount_ struct cgroup_mount best = {};
	_cleanup_free_ char *text = strdup(mountinfo);
	char *line, *save = NULL;
	bool hybrid = false;
	int r;

	if (!text)
		return error_nomem(err);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct mountinfo_line fields;

		if (!split_mountinfo(line, &fields))
			continue;
		hybrid |= type_is(fields.type, "cgroup");
		if (!type_is(fields.type, "cgroup2"))
			continue;
		r = consider_mount(&best, &fields, err);
		if (r < 0)
			return r;
	}
	if (!best.path)
		return error_set(err, ENOENT,
				 "no cgroup v2 hierarchy is mounted; mount one with "
				 "'mount -t cgroup2 none /sys/fs/cgroup/unified'");
	best.hybrid = hybrid;
	*ret_mount = best;
	best = (struct cgroup_mount){};
	return 0;
}

int cgroup_mount_find(struct cgroup_mount *ret_mount, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = file_read(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &text, NULL, err);

	return r < 0 ? r : cgroup_mount_parse(text, ret_mount, err);
}

int cgroup_of_text(const char *text, char **ret_path, struct error *err)
{
	/* The kernel appends this to the path of a removed cgroup. */
	static const char deleted[] = " (deleted)";
	const char *line = text;
	char *path;

	while (line && !str_has_prefix(line, "0::/")) {
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	if (!line)
		return error_set(err, ENOENT, "the process is in no cgroup v2");
	line += strlen("0::");
	path = strndup(line, strcspn(line, "\n"));
	if (!path)
		return error_nomem(err);
	if (str_has_suffix(path, deleted))
		path[strlen(path) - strlen(deleted)] = '\0';
	*ret_path = path;
	return 0;
}

int cgroup_of_pid(pid_t pid, char **ret_path, struct error *err)
{
	_cleanup_close_ int pidfd = pidfd_of(pid);
	_cleanup_free_ char *text = NULL, *path = NULL;
	char file[64];
	int r;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);
	r = pidfd < 0 ? pidfd : file_read(AT_FDCWD, file, PROC_CGROUP_MAX, &text, NULL, NULL);
	/* If the process has ended, the file may be that of another process with the same pid. */
	if (r == -ENOENT || r == -ESRCH || (r == 0 && !pidfd_is_alive(pidfd)))
		return error_set(err, ESRCH, "there is no process %d", pid);
	r = r < 0 ? error_set_errno(err, -r, "read %s", file) : cgroup_of_text(text, &path, err);
	if (r == 0)
		*ret_path = steal_pointer(&path);
	else
		error_prefix(err, "find the cgroup of process %d", pid);
	return r;
}

static bool has_dotdot(const char *path)
{
	const char *at;

	for (at = path; (at = strstr(at, "..")); at += 2)
		if ((at == path || at[-1] == '/') && (at[2] == '/' || at[2] == '\0'))
			return true;
	return false;
}

/* Returns the part of path after directory ("" or "/…"), or NULL if path is not below directory. */
static const char *path_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	while (length && directory[length - 1] == '/')
		length--;
	if (strncmp(path, directory, length) != 0)
		return NULL;
	return path[length] == '/' || path[length] == '\0' ? path + length : NULL;
}

int cgroup_directory(const struct cgroup_mount *mount, const char *path, char **ret_directory,
		     struct error *err)
{
	const char *below = path_below(path, mount->root);
	char *directory;

	if (path[0] != '/' || has_dotdot(path) || !below)
		return error_set(err, EINVAL, "cgroup %s is not visible under %s", path,
				 mount->path);
	if (strcmp(below, "/") == 0)
		below = "";
	if (asprintf(&directory, "%s%s", mount->path, below) < 0)
		return error_nomem(err);
	*ret_directory = directory;
	return 0;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int cgroup_path_of_argument(const struct cgroup_mount *mount, const char *argument, char **ret_path,
			    struct error *err)
{
	const char *below = path_below(argument, mount->path);
	const char *root = mount->root[1] ? mount->root : "";
	_cleanup_free_ char *path = NULL, *directory = NULL;
	size_t length;
	int r;

	if (argument[0] != '/' || has_dotdot(argument))
		return error_set(err, EINVAL,
				 "'%s' is not a cgroup: write its path, such as %s/x or /x",
				 argument, mount->path);
	if (asprintf(&path, "%s%s", below ? root : "", below ? below : argument) < 0) {
		path = NULL;
		return error_nomem(err);
	}
	for (length = strlen(path); length > 1 && path[length - 1] == '/'; length--)
		path[length - 1] = '\0';
	if (!*path) {
		free(path);
		path = strdup("/");
		if (!path)
			return error_nomem(err);
	}
	r = cgroup_directory(mount, path, &directory, err);
	if (r < 0)
		return r;
	if (!is_directory(directory))
		return error_set(err, ENOENT, "there is no cgroup %s below %s", path, mount->path);
	*ret_path = steal_pointer(&path);
	return 0;
}

int cgroup_for_each_process(const char *directory, int (*act)(pid_t pid, const void *data),
			    const void *data)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	char *line, *save = NULL;
	int r;

	if (asprintf(&path, "%s/cgroup.procs", directory) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = file_read(AT_FDCWD, path, PROCS_MAX, &text, NULL, NULL);
	if (r < 0)
		return r;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		pid_t pid = atoi(line);

		/*
		 * 0 is a process in a pid namespace that is not visible here. It has no pid to
		 * act on.
		 */
		if (pid > 0 && (r = act(pid, data)) < 0 && r != -ESRCH)
			return r;
	}
	return 0;
}
