/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_STATE_FILE_H
#define CONTAINER_STATE_FILE_H

/*
 * Reads the files that runtimes and engines keep about containers. An ordinary user may have
 * written them.
 */
#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

#include "util/cleanup.h"

struct error;

/* No runtime writes a larger one; state.json of a container with 1000 mounts has 300 KiB. */
#define STATE_FILE_MAX (8 << 20)

/* An open directory, with the user whose evidence its files are (owner.h). */
struct state_directory {
	const char *path; /* borrowed, for messages */
	int fd;
	uid_t owner;
};

/* path is absolute, and is borrowed until the directory is closed. */
int state_directory_open(const char *path, struct state_directory *ret_directory,
			 struct error *err);
void state_directory_close(struct state_directory *directory);
#define _cleanup_state_directory_ _cleanup_(state_directory_close)
#define STATE_DIRECTORY_CLOSED \
	{                      \
		.fd = -1       \
	}

/*
 * Reads a file of the directory. Only a regular file is read: a FIFO would block for ever
 * (-EINVAL), and a symbolic link could name another user's file (-ELOOP). -EPERM if a user
 * other than the directory's owner can change the file. ret_text is owned by the caller,
 * ret_size may be NULL.
 */
int state_file_read(const struct state_directory *directory, const char *name, char **ret_text,
		    size_t *ret_size, struct error *err);

/*
 * Reads and parses a JSON file in the same way; -EINVAL if it is no JSON. ret_json is owned by
 * the caller.
 */
int state_file_read_any_json(const struct state_directory *directory, const char *name,
			     json_t **ret_json, struct error *err);

/* The same, but -EINVAL also if the JSON is no object. */
int state_file_read_json(const struct state_directory *directory, const char *name,
			 json_t **ret_json, struct error *err);

static inline void json_decref_p(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ _cleanup_(json_decref_p)

#endif
