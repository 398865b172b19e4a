/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_ENFORCEABLE_H
#define INSTALL_ENFORCEABLE_H

/*
 * Whether the container runtime of this machine can enforce a profile as it is written. It is this
 * machine's libseccomp that counts, which recorder and the runtimes share.
 */
#include <stdbool.h>
#include <stddef.h>

struct error;
struct profile;

struct obstacle {
	/*
	 * True where a container would not start, would be denied what the profile allows or be
	 * allowed what it denies; false where a denial only looks different.
	 */
	bool severe;
	char *text; /* a clause */
};

struct obstacles {
	struct obstacle *items;
	size_t length;
};

void obstacles_finish(struct obstacles *obstacles);
#define _cleanup_obstacles_ __attribute__((cleanup(obstacles_finish)))

/* Whether one of them is severe. */
bool obstacles_are_severe(const struct obstacles *obstacles);

/*
 * Finds what stands in the way. runtime ("runc", "crun") and its version ("1.1.5") are NULL where
 * they are not known: what depends on them is not checked then.
 */
int enforceable_check(const struct profile *profile, const char *runtime, const char *version,
		      struct obstacles *ret_obstacles, struct error *err);

#endif
