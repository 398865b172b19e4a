// SPDX-License-Identifier: Apache-2.0
#include "agent/drift_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "util/array.h"
#include "util/error.h"
#include "util/loop.h"

#define DEPTH 2 /* PREFIX/NAMESPACE/NAME.json */
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Whatever can change what a runtime reads. */
#define CHANGES                                                                             \
	(IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ATTRIB | \
	 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

/* Events that concern the watched directory, or a directory in it. */
#define CHANGES_OF_DIRECTORY (IN_ISDIR | IN_DELETE_SELF | IN_MOVE_SELF | IN_Q_OVERFLOW)

struct drift_watch {
	struct loop_fd *readable;
	drift_watch_changed *changed;
	void *data;
	struct drift_directories directories;
};

int drift_watch_fd(const struct drift_watch *watch)
{
	return watch->directories.fd;
}

static const char *path_of(const struct drift_watch *watch, int number)
{
	size_t i;

	for (i = 0; i < watch->directories.length; i++)
		if (watch->directories.items[i].number == number)
			return watch->directories.items[i].path;
	return NULL;
}

static void report(const struct drift_watch *watch, const struct inotify_event *event)
{
	const char *directory = path_of(watch, event->wd);
	_cleanup_free_ char *path = NULL;

	if (event->mask & IN_IGNORED)
		return;
	if (event->mask & CHANGES_OF_DIRECTORY || !directory || !event->len) {
		watch->changed(NULL, watch->data);
		return;
	}
	/* Temporary files and records. */
	if (event->name[0] == '.')
		return;
	if (asprintf(&path, "%s%s%s", directory, *directory ? "/" : "", event->name) < 0)
		path = NULL;
	watch->changed(path, watch->data);
}

static void on_readable(int fd, unsigned int events, void *data)
{
	struct drift_watch *watch = data;
	char buffer[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t size = read(fd, buffer, sizeof(buffer));
	const struct inotify_event *event;
	ssize_t at;

	for (at = 0; at < size; at += sizeof(*event) + event->len) {
		event = (const struct inotify_event *)(buffer + at);
		report(watch, event);
	}
}

int drift_watch_create(struct loop *loop, drift_watch_changed *changed, void *data,
		       struct drift_watch **ret_watch, struct error *err)
{
	_cleanup_(cleanup_drift_watch_destroy) struct drift_watch *watch =
		calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return error_nomem(err);
	watch->changed = changed;
	watch->data = data;
	watch->directories.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->directories.fd < 0)
		return error_set_errno(err, errno, "watch files with inotify");
	r = loop_add_fd(loop, watch->directories.fd, LOOP_READ, on_readable, watch,
			&watch->readable, err);
	if (r < 0)
		return r;
	*ret_watch = steal_pointer(&watch);
	return 0;
}

void drift_watch_destroy(struct drift_watch *watch)
{
	if (!watch)
		return;
	if (watch->readable)
		loop_remove_fd(watch->readable);
	cleanup_close_p(&watch->directories.fd);
	drift_directories_finish(&watch->directories);
	free(watch);
}

void drift_watch_take(struct drift_watch *watch, struct drift_directories *directories)
{
	struct drift_directories before = watch->directories;
	size_t i;

	watch->directories = *directories;
	*directories = before;
	/* Those that were moved away. Those that were removed are forgotten already. */
	for (i = 0; i < before.length; i++)
		if (!path_of(watch, before.items[i].number))
			inotify_rm_watch(watch->directories.fd, before.items[i].number);
}

void drift_directories_finish(struct drift_directories *directories)
{
	size_t i;

	for (i = 0; i < directories->length; i++)
		free(directories->items[i].path);
	free(directories->items);
	directories->items = NULL;
	directories->length = 0;
}

static int watch_directory(struct drift_directories *directories, int fd, const char *path,
			   struct error *err)
{
	char *copy = strdup(path), name[64];
	void *items =
		array_grow(directories->items, directories->length, sizeof(*directories->items));
	int number;

	if (items)
		directories->items = items;
	if (!items || !copy) {
		free(copy);
		return error_nomem(err);
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	number = inotify_add_watch(directories->fd, name, CHANGES);
	if (number < 0) {
		free(copy);
		return error_set_errno(err, errno, "watch the directory %s", *path ? path : ".");
	}
	directories->items[directories->length].number = number;
	directories->items[directories->length].path = copy;
	directories->length++;
	return 0;
}

static int find_below(struct drift_directories *directories, int fd, const char *path, int depth,
		      struct error *err)
{
	int copy = openat(fd, ".", OPEN_DIRECTORY);
	_cleanup_closedir_ DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	int r = watch_directory(directories, fd, path, err);

	if (!dir)
		cleanup_close_p(&copy);
	while (r == 0 && depth > 0 && dir && (entry = readdir(dir))) {
		_cleanup_close_ int child = -1;
		_cleanup_free_ char *below = NULL;

		if (entry->d_name[0] == '.' || entry->d_type == DT_REG)
			continue;
		child = openat(fd, entry->d_name, OPEN_DIRECTORY);
		if (child < 0)
			continue;
		if (asprintf(&below, "%s%s%s", path, *path ? "/" : "", entry->d_name) < 0) {
			below = NULL;
			return error_nomem(err);
		}
		r = find_below(directories, child, below, depth - 1, err);
	}
	return r;
}

int drift_directories_find(struct drift_directories *directories, const char *root,
			   struct error *err)
{
	_cleanup_close_ int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, errno, "open the directory %s", root);
	return find_below(directories, fd, "", DEPTH, err);
}
