/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_STORE_H
#define INSTALL_STORE_H

/*
 * The directory that container runtimes of this node load profiles from by name, such as
 * /var/lib/kubelet/seccomp. Beside each profile that is installed, a copy is kept as the record of
 * it, under the same path below .recorder/ there:
 *
 *	operator/shop/web.json             what the runtime reads
 *	.recorder/operator/shop/web.json   what was installed, and when (its time of modification)
 *
 * A copy rather than a digest, so that it can be said what has changed and not only that
 * something has; a file of its own for each, so that installing one costs the same whatever
 * else is there, and no index is rewritten. The record is written first and removed last: after
 * a power failure every file that recorder put there is still known to be its own.
 *
 * .recorder/ belongs to root alone, and its lock orders those who write.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct store;

enum store_access {
	STORE_READ,
	STORE_WRITE,  /* others who write wait */
	STORE_CREATE, /* the same; makes root if only it is missing */
};

/*
 * Opens the store. root itself may be a symbolic link, as whoever names it chose it; nothing below
 * is followed. -ENOENT when there is no such directory. The caller closes ret_store.
 */
int store_open(const char *root, enum store_access access, struct store **ret_store,
	       struct error *err);
void store_close(struct store *store);
DEFINE_CLEANUP(struct store *, store_close);
#define _cleanup_store_ _cleanup_(cleanup_store_close)

/* What is the matter with a path of the store. */
enum store_state {
	STORE_INSTALLED, /* as it was installed */
	STORE_CHANGED,	 /* differs: in content, mode, or no regular file any more */
	STORE_MISSING,	 /* was installed and is gone */
	STORE_UNKNOWN,	 /* is there, and recorder did not install it */
	STORE_STATE_COUNT,
};

/* "installed", "changed", "missing", "unknown". */
const char *store_state_name(enum store_state state);

struct store_entry {
	char *path; /* below root; that of an unknown file may be anything but hidden */
	enum store_state state;
	int64_t installed_at; /* nanoseconds since the epoch; 0 for unknown ones */
	bool link;	      /* what is there is a symbolic link, which is not followed */
	char *content;	      /* what a runtime would read, NULL when that is no regular file */
	size_t size;
	char *installed; /* what was installed, NULL for unknown ones */
	size_t installed_size;
};

void store_entry_finish(struct store_entry *entry);
#define _cleanup_store_entry_ _cleanup_(store_entry_finish)

/* What is known about one path; -ENOENT when there is neither a file nor a record. */
int store_inspect(const struct store *store, const char *path, struct store_entry *ret_entry,
		  struct error *err);

/*
 * The paths of everything that is or should be there, sorted: files in root and in two levels of
 * directories. The caller frees them with string_set_free().
 */
int store_list(const struct store *store, char ***ret_paths, size_t *ret_count, struct error *err);

enum store_outcome {
	STORE_WAS_UNCHANGED, /* nothing was written */
	STORE_WAS_CREATED,
	STORE_WAS_REPLACED, /* installed before with another content */
	STORE_WAS_RESTORED, /* was changed or missing */
	STORE_OUTCOME_COUNT,
};

/* "unchanged", "installed", "replaced", "restored". */
const char *store_outcome_name(enum store_outcome outcome);

/*
 * Installs a profile under a path of localhost_path_create(): readers see the old file or the new
 * one, whole, with mode 0644. -EEXIST for a file of someone else that differs, unless force is set.
 */
int store_put(struct store *store, const char *path, const char *content, size_t size, bool force,
	      enum store_outcome *ret_outcome, struct error *err);

/*
 * Removes a profile and the directories that are empty then. -ENOENT when there is none, -EPERM for
 * a file of someone else, unless force is set.
 */
int store_remove(struct store *store, const char *path, bool force, struct error *err);

#endif
