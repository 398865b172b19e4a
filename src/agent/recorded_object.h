/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDED_OBJECT_H
#define AGENT_RECORDED_OBJECT_H

/*
 * The SeccompProfile of a recording, as many nodes write it: each unites what is there with what it
 * saw. A pure function of both.
 */
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct error;
struct profile;
struct recorded_key;

struct recorded_evidence {
	const struct recorded_key *key;
	const struct profile *profile;
	const char *gap; /* why calls may be missing; NULL */
	bool disabled;	 /* of a new object: no node installs it */
	bool path_taken; /* of a new object: another profile has the plain path of the namespace */
};

/* What one write does. */
struct recorded_change {
	json_t *body; /* of the request; NULL: the object has it all */
	char **names; /* calls that the object did not allow; a string set */
	size_t name_count;
	bool without_arguments; /* no profile could have all conditions, so it has none */
};

void recorded_change_finish(struct recorded_change *change);
#define _cleanup_recorded_change_ __attribute__((cleanup(recorded_change_finish)))

/*
 * Makes the object, or if there is one already (existing), the merge patch for it, which holds only
 * for its present resourceVersion. The caller finishes ret_change. -EINVAL if the object that exists
 * is no profile that can be united with another one.
 */
int recorded_object_change(const struct recorded_evidence *evidence, const char *name,
			   const json_t *existing, struct recorded_change *ret_change,
			   struct error *err);

#endif
