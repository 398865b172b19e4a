/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_STORE_H
#define INSTALL_STORE_H

/*
 * The directory from which container runtimes of this node load profiles by name, such as
 * /var/lib/kubelet/seccomp. Each installed profile has a record: a copy under the same path
 * below .recorder/ there.
 *
 *	operator/shop/web.json             what the runtime reads
 *	.recorder/operator/shop/web.json   what was installed, and when (its time of modification)
 *
 * The record is a copy rather than a digest, so that recorder can report what has changed. Each
 * profile has a record file of its own. So installing one costs the same however many there
 * are, and no index is rewritten. The record is written first and removed last: after a power
 * failure, every file that recorder wrote still has its record.
 *
 * What the agent keeps has a mark besides, an empty file below .recorder/.agent/. So the agent
 * removes nothing that a person installed, and the commands nothing that it would restore. The
 * mark is written before the record and removed after it.
 *
 * Only root has access to .recorder/. Its lock orders the processes that write.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

struct error;
struct store;

enum store_access {
	STORE_READ,
	STORE_WRITE,  /* makes other writers wait */
	STORE_CREATE, /* as STORE_WRITE; also makes root if its parent exists */
};

/* Who installs: a person with the commands, or the agent, for an object of the cluster. */
enum store_keeper {
	STORE_PERSON,
	STORE_AGENT,
};

/*
 * Opens the store. root itself may be a symbolic link, because the user chose it. Links below
 * root are not followed. -ENOENT if there is no such directory. The caller closes ret_store.
 */
int store_open(const char *root, enum store_access access, enum store_keeper keeper,
	       struct store **ret_store, struct error *err);
void store_close(struct store *store);
DEFINE_CLEANUP(struct store *, store_close);
#define _cleanup_store_ _cleanup_(cleanup_store_close)

/* The state of a path of the store. */
enum store_state {
	STORE_INSTALLED, /* as it was installed */
	STORE_CHANGED,	 /* other content or mode, or no regular file any more */
	STORE_MISSING,	 /* was installed and is gone */
	STORE_UNKNOWN,	 /* exists, but recorder did not install it */
	STORE_STATE_COUNT,
};

/* "installed", "changed", "missing", "unknown". */
const char *store_state_name(enum store_state state);

struct store_entry {
	char *path; /* below root; an unknown file has any name that is not hidden */
	enum store_state state;
	enum store_keeper keeper;
	int64_t installed_at; /* nanoseconds since the epoch; 0 for unknown ones */
	bool link;	      /* the file is a symbolic link, which is not followed */
	char *content;	      /* what a runtime would read; NULL if it is no regular file */
	size_t size;
	char *installed; /* what was installed; NULL for unknown files */
	size_t installed_size;
};

void store_entry_finish(struct store_entry *entry);
#define _cleanup_store_entry_ _cleanup_(store_entry_finish)

/*
 * Inspects one path; -ENOENT if there is neither a file nor a record. The caller finishes
 * ret_entry.
 */
int store_inspect(const struct store *store, const char *path, struct store_entry *ret_entry,
		  struct error *err);

/*
 * Lists the paths of all files that exist or have a record, sorted: files in root and in two
 * levels of directories. The caller frees them with string_set_free().
 */
int store_list(const struct store *store, char ***ret_paths, size_t *ret_count, struct error *err);

/* The same for what the agent keeps. */
int store_list_kept(const struct store *store, char ***ret_paths, size_t *ret_count,
		    struct error *err);

enum store_outcome {
	STORE_WAS_UNCHANGED, /* nothing was written */
	STORE_WAS_CREATED,
	STORE_WAS_REPLACED, /* had been installed with other content */
	STORE_WAS_RESTORED, /* was changed or missing */
	STORE_OUTCOME_COUNT,
};

/* "unchanged", "installed", "replaced", "restored". */
const char *store_outcome_name(enum store_outcome outcome);

/*
 * Installs a profile with mode 0644, under a path of localhost_path_create(). Readers see the
 * whole old file or the whole new one. -EEXIST if a file with other content is there that
 * recorder did not install, or that belongs to another keeper, unless force is set.
 */
int store_put(struct store *store, const char *path, const char *content, size_t size, bool force,
	      enum store_outcome *ret_outcome, struct error *err);

/*
 * Removes a profile, and the directories that are then empty. -ENOENT if there is none. -EPERM
 * if recorder did not install it, or another keeper did, unless force is set.
 */
int store_remove(struct store *store, const char *path, bool force, struct error *err);

/*
 * Installs again, from its record, what has changed or is missing. ret_outcome is
 * STORE_WAS_UNCHANGED or STORE_WAS_RESTORED. -ENOENT without a record of this keeper.
 */
int store_restore(struct store *store, const char *path, enum store_outcome *ret_outcome,
		  struct error *err);

#endif
