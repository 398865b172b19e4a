/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_HOST_FILES_H
#define AGENT_HOST_FILES_H

/*
 * The agent's files in the kubelet's seccomp directory. A thread writes and removes them, because
 * disks are slow. A file that anybody else changes or removes is restored.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct error;
struct host_files;
struct loop;
struct worker;

struct file_change {
	char *path;    /* below the directory */
	char *content; /* NULL: remove the file */
};

/* Changes that belong together, and are made in this order until one fails. */
#define FILE_CHANGES_MAX 6

struct file_changes {
	struct file_change items[FILE_CHANGES_MAX];
	size_t length;
};

/* Adds a change, and copies the strings. */
int file_changes_add(struct file_changes *changes, const char *path, const char *content,
		     struct error *err);
void file_changes_finish(struct file_changes *changes);

struct host_files_handlers {
	/* A file was changed by somebody else, and has been restored. */
	void (*repaired)(const char *path, void *data);
	/* A file may have been changed by somebody else, and there is no record to restore it from. */
	void (*lost)(const char *path, void *data);
	/* All files have been looked at. These are the agent's; sorted and borrowed. */
	void (*kept)(char *const *paths, size_t count, void *data);
	/* A file cannot be restored. It is tried again. */
	void (*trouble)(int result, const struct error *err, void *data);
	/* So many files have been written and removed, and there is room for other changes. */
	void (*changed)(size_t written, size_t removed, void *data);
};

/*
 * root is the kubelet's seccomp directory. The worker must outlive ret_files, whose jobs it runs.
 * handlers must, too. The caller destroys ret_files.
 */
int host_files_create(struct loop *loop, struct worker *worker, const char *root,
		      const struct host_files_handlers *handlers, void *data,
		      struct host_files **ret_files, struct error *err);

/* The worker must have ended, or have no job of these files. */
void host_files_destroy(struct host_files *files);
DEFINE_CLEANUP(struct host_files *, host_files_destroy);

/*
 * Called once with the outcome: 0, or the failure of the first change that could not be made:
 * -EEXIST if the file is there and not the agent's.
 */
typedef void host_files_done(int result, const struct error *err, void *data);

/* Makes changes, which it takes over. done is called from the loop. */
int host_files_apply(struct host_files *files, struct file_changes *changes, host_files_done *done,
		     void *data, struct error *err);

/* False if so much waits to be written that the caller should bring no more. */
bool host_files_has_room(const struct host_files *files);

/* Called once with the paths that the agent keeps on the node, sorted and borrowed. */
typedef void host_files_listed(int result, const struct error *err, char *const *paths,
			       size_t count, void *data);

int host_files_list(struct host_files *files, host_files_listed *listed, void *data,
		    struct error *err);

/* Checks all files, and from now on each that changes. */
int host_files_watch(struct host_files *files, struct error *err);

#endif
