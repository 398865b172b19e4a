/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TARGET_STATE_FILE_H
#define TARGET_STATE_FILE_H

#include <jansson.h>
#include <stddef.h>

#include "util/cleanup.h"

struct error;

/* No runtime writes a larger one; state.json of a container with 1000 mounts has 300 KiB. */
#define STATE_FILE_MAX (8 << 20)

/*
 * Reads directory/name, which some runtime wrote, maybe one that belongs to an ordinary user:
 * anything but a regular file is refused with -EINVAL, as a FIFO would block for ever and a
 * symbolic link would name someone else's file. ret_text is owned by the caller, ret_size may
 * be NULL.
 */
int state_file_read(const char *directory, const char *name, char **ret_text, size_t *ret_size,
		    struct error *err);

/* The same, parsed; -EINVAL when it is no JSON object. ret_json is owned by the caller. */
int state_file_read_json(const char *directory, const char *name, json_t **ret_json,
			 struct error *err);

static inline void json_decref_p(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ _cleanup_(json_decref_p)

#endif
