/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_STATE_FILE_H
#define CONTAINER_STATE_FILE_H

/* The files that runtimes and engines keep about containers, maybe those of an ordinary user. */
#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

#include "util/cleanup.h"

struct error;

/* No runtime writes a larger one; state.json of a container with 1000 mounts has 300 KiB. */
#define STATE_FILE_MAX (8 << 20)

/* A directory that is open, and whose word the files in it are (owner.h). */
struct state_directory {
	const char *path; /* borrowed, for messages */
	int fd;
	uid_t owner;
};

/* path is absolute, and stays the caller's until the directory is closed. */
int state_directory_open(const char *path, struct state_directory *ret_directory,
			 struct error *err);
void state_directory_close(struct state_directory *directory);
#define _cleanup_state_directory_ _cleanup_(state_directory_close)
#define STATE_DIRECTORY_CLOSED \
	{                      \
		.fd = -1       \
	}

/*
 * Reads a file of the directory. Anything but a regular file is refused with -EINVAL, as a FIFO
 * would block for ever and a symbolic link would name someone else's file; -EPERM when a user other
 * than the directory's owner can change it. ret_text is owned by the caller, ret_size may be NULL.
 */
int state_file_read(const struct state_directory *directory, const char *name, char **ret_text,
		    size_t *ret_size, struct error *err);

/* The same, parsed; -EINVAL when it is no JSON. ret_json is owned by the caller. */
int state_file_read_any_json(const struct state_directory *directory, const char *name,
			     json_t **ret_json, struct error *err);

/* The same; -EINVAL when it is no JSON object. */
int state_file_read_json(const struct state_directory *directory, const char *name,
			 json_t **ret_json, struct error *err);

static inline void json_decref_p(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ _cleanup_(json_decref_p)

#endif
