/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

/* The files that commands read: profiles of any format and recordings. */
#include <stdbool.h>

#include "cli/cli.h"
#include "profile/document/document.h"
#include "profile/recording/recording.h"

struct error;

/* The circumstances that a user gives for profiles in Docker's form. */
struct circumstance_options {
	const char *architecture;     /* NULL: this machine's */
	struct cli_list capabilities; /* with or without "CAP_"; ALL, DEFAULT, NONE; empty: DEFAULT */
	const char *kernel;	      /* NULL: newer than any rule asks for */
};

/* Rows of an option table for them; member is where structure has its circumstance_options. */
#define CIRCUMSTANCE_OPTIONS(structure, member)                                                          \
	{ .name = "arch",                                                                                \
	  .argument = "ARCH",                                                                            \
	  .type = CLI_STRING,                                                                            \
	  .offset = offsetof(structure, member.architecture),                                            \
	  .group = "Conditions in Docker's form",                                                        \
	  .help = "the architecture to resolve them for, such as amd64 or arm64; this machine's "        \
		  "without it" },                                                                        \
		{ .name = "cap",                                                                         \
		  .argument = "CAP",                                                                     \
		  .type = CLI_LIST,                                                                      \
		  .offset = offsetof(structure, member.capabilities),                                    \
		  .help = "a capability that the container has, or ALL, NONE, DEFAULT (what Docker and " \
			  "containerd give, which is so without it); may be given several times" },      \
	{                                                                                                \
		.name = "kernel", .argument = "VERSION", .type = CLI_STRING,                             \
		.offset = offsetof(structure, member.kernel),                                            \
		.help = "the kernel version, such as 5.15; a new one without it"                         \
	}

/* The same for the library. */
struct input_circumstances {
	struct circumstances circumstances; /* points into capabilities and the arguments */
	char **capabilities;		    /* sorted, each once */
	size_t capability_count;
};
#define _cleanup_input_circumstances_ _cleanup_(input_circumstances_finish)

/* Checks what the user gave; a name that nobody knows is a usage error. */
int input_circumstances_init(struct input_circumstances *ret_circumstances,
			     const struct circumstance_options *options, struct error *err);
void input_circumstances_finish(struct input_circumstances *circumstances);

/*
 * Reads a file, or standard input where the path is "-", of at most 256 MiB. What a lenient reading
 * passed over is logged as warnings. options may be NULL: strict, for this machine, with the
 * capabilities that Docker gives.
 */
int input_read(const char *path, const struct document_options *options,
	       struct documents *ret_documents, struct error *err);

/* As input_read(), of a file that has to be a recording. */
int input_read_recording(const char *path, struct recording *ret_recording, struct error *err);

#endif
