/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_RECORDED_CONTEXT_H
#define RECORDING_RECORDED_CONTEXT_H

/*
 * The node and the runtime that all containers of a recording share, on one machine. Where they
 * differ, the answer is that under which a default profile allows least. A recording that is NULL
 * says nothing.
 */
#include <stdbool.h>
#include <stddef.h>

#include "syscalls/syscalls.h"

struct applied_profile;
struct error;
struct recording;

/* True if anything was observed on the machine. */
bool recording_ran_on(const struct recording *recording, enum machine machine);

/*
 * Adds the capabilities that every container had to a string set. ret_known is set to false, and
 * nothing is added, if those of one are not known.
 */
int recorded_capabilities(const struct recording *recording, enum machine machine, char ***names,
			  size_t *count, bool *ret_known, struct error *err);

/* Returns the oldest kernel, as uname(2) has it, borrowed; NULL if none is known. */
const char *recorded_kernel(const struct recording *recording, enum machine machine);

/* Returns the profile that all containers were started under, borrowed; NULL if there is none. */
const struct applied_profile *recorded_profile(const struct recording *recording,
					       enum machine machine);

/*
 * The engine of all containers, NULL if it is not known or there are several, and its oldest
 * version, NULL unless every container has one. Borrowed from the recording.
 */
struct recorded_engine {
	const char *name;
	const char *version;
	bool versions_differ;
};

struct recorded_engine recorded_engine(const struct recording *recording, enum machine machine);

#endif
