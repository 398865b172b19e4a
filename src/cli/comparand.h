/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COMPARAND_H
#define CLI_COMPARAND_H

/* A comparand is compared with a baseline: a container of a recording, or a profile. */
#include <stdbool.h>
#include <stddef.h>

#include "cli/input.h"
#include "recording/recorded_context.h"
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
	const char *base_profile; /* that the operator unites own with; or NULL */
	struct profile *derived;  /* owned; own, if made from a recording */
	/* The profile that all its lifetimes were started under; NULL if unknown or several. */
	const struct applied_profile *applied;
	struct recorded_engine engine; /* borrowed from the recording */
	/* What it runs under. The options of the user override the file. */
	char **capabilities; /* sorted */
	size_t capability_count;
	bool capabilities_assumed;
	const char *kernel; /* as uname(2) has it; NULL when unknown */
	struct container_context context;
};

/* An input file, from which comparands borrow. */
struct comparand_file {
	struct documents documents;
	struct recording *parts; /* of the recording in it, by container name */
	size_t part_count;
};

struct comparands {
	struct comparand *items; /* in the order of files and names */
	size_t length;
	struct comparand_file *files;
	size_t file_count;
};

/*
 * Reads a file and adds its containers or profiles. usual is options with the defaults filled
 * in.
 */
int comparands_add_file(struct comparands *comparands, const char *path,
			const struct context_options *options, const struct input_context *usual,
			struct error *err);
void comparands_finish(struct comparands *comparands);
#define _cleanup_comparands_ _cleanup_(comparands_finish)

#endif
