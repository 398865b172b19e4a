/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COMPARAND_H
#define CLI_COMPARAND_H

/* What is compared with a baseline: each container of a recording, or a profile. */
#include <stdbool.h>
#include <stddef.h>

#include "cli/input.h"
#include "syscalls/syscalls.h"

struct applied_profile;
struct error;
struct recording;

struct comparand {
	const char *name;		   /* borrowed from the file */
	const char *path;		   /* borrowed from the arguments */
	const struct recording *recording; /* borrowed from the file; NULL for a profile */
	enum machine machine;
	const struct profile *own;
	const char *base_profile; /* what an operator unites own with; NULL */
	struct profile *derived;  /* own, where it was made for this */
	/* What all its lifetimes were started under; NULL unless that is known and the same. */
	const struct applied_profile *applied;
	/*
	 * The engine of all its lifetimes, and the oldest of that engine's versions; NULL
	 * unless each of them is known. Borrowed from the recording.
	 */
	const char *engine;
	const char *engine_version;
	bool engine_versions_differ;
	/* Under what it runs; the user's word stands before what the file says. */
	char **capabilities; /* sorted */
	size_t capability_count;
	bool capabilities_assumed;
	const char *kernel; /* as uname(2) has it; NULL when unknown */
	struct container_context context;
};

/* A file that was read, which comparands borrow from. */
struct comparand_file {
	struct documents documents;
	struct recording *parts; /* of all recordings in it, by container name */
	size_t part_count;
};

struct comparands {
	struct comparand *items; /* in the order of the files and names */
	size_t length;
	struct comparand_file *files;
	size_t file_count;
};

/* Reads a file and adds what is in it. */
int comparands_add_file(struct comparands *comparands, const char *path,
			const struct context_options *options, const struct input_context *usual,
			struct error *err);
void comparands_finish(struct comparands *comparands);
#define _cleanup_comparands_ _cleanup_(comparands_finish)

#endif
