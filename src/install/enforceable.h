/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_ENFORCEABLE_H
#define INSTALL_ENFORCEABLE_H

/*
 * Checks whether the container runtime of this machine can enforce a profile as it is written.
 * This depends on the machine's libseccomp, which recorder and the runtimes share.
 */
#include <stdbool.h>
#include <stddef.h>

struct error;
struct profile;

struct obstacle {
	/*
	 * True if a container would not start, would be denied what the profile allows, or
	 * would be allowed what it denies. False if only the answer to a denied call differs.
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

/* True if any of them is severe. */
bool obstacles_are_severe(const struct obstacles *obstacles);

/*
 * Finds the obstacles to enforcing a profile. runtime ("runc", "crun") and version ("1.1.5")
 * are NULL if they are not known; checks that depend on them are then skipped. The caller
 * finishes ret_obstacles.
 */
int enforceable_check(const struct profile *profile, const char *runtime, const char *version,
		      struct obstacles *ret_obstacles, struct error *err);

#endif
