/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_DRIFT_WATCH_H
#define AGENT_DRIFT_WATCH_H

/* Reports which files below a directory change, with inotify(7). */
#include "util/cleanup.h"

struct error;
struct drift_watch;
struct loop;

/*
 * path is relative to the directory. NULL: anything may have changed, for example because a
 * directory was moved, or because the kernel dropped events.
 */
typedef void drift_watch_changed(const char *path, void *data);

/* The caller destroys ret_watch. */
int drift_watch_create(struct loop *loop, drift_watch_changed *changed, void *data,
		       struct drift_watch **ret_watch, struct error *err);
void drift_watch_destroy(struct drift_watch *watch);
DEFINE_CLEANUP(struct drift_watch *, drift_watch_destroy);

/* The directories that are watched. The structure may belong to another thread. */
struct drift_directories {
	int fd; /* of inotify */
	struct {
		int number;
		char *path; /* below the root; "" for the root itself */
	} * items;
	size_t length;
};

/*
 * Watches root and two levels of directories below it that are not hidden. May block. Those that are
 * watched already stay so. Directories that vanish meanwhile are left out.
 */
int drift_directories_find(struct drift_directories *directories, const char *root,
			   struct error *err);
void drift_directories_finish(struct drift_directories *directories);

/* The descriptor for drift_directories_find(). */
int drift_watch_fd(const struct drift_watch *watch);

/* Takes over the directories that were found. Others are no longer watched. */
void drift_watch_take(struct drift_watch *watch, struct drift_directories *directories);

#endif
