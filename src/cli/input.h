/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

/* The input files of commands: recordings, and profiles of any format. */
#include <stdbool.h>

#include "cli/frame/cli.h"
#include "profile/document/document.h"
#include "recording/recording.h"

struct derive_options;
struct call_set;
struct error;
struct profile;

/* The container context that a user gives for profiles in Docker's form. */
struct context_options {
	const char *architecture;     /* NULL: this machine's */
	struct cli_list capabilities; /* with or without "CAP_"; ALL, DEFAULT, NONE; empty: DEFAULT */
	const char *kernel;	      /* NULL: newer than any rule asks for */
};

/*
 * Rows of an option table. structure is what the options fill in, and member is where the value
 * goes. heading is the heading above this row and the next ones, or NULL. otherwise is the
 * default value in the help.
 */
#define CAPABILITY_OPTION(structure, member, heading, otherwise)                                \
	{                                                                                       \
		.name = "cap", .argument = "CAP", .type = CLI_LIST,                             \
		.offset = offsetof(structure, member), .group = heading,                        \
		.help = "a capability of the container, or ALL, NONE, DEFAULT (what Docker "    \
			"and containerd give); may be given several times (default: " otherwise \
			")"                                                                     \
	}
#define KERNEL_OPTION(structure, member, otherwise)                                 \
	{                                                                           \
		.name = "kernel", .argument = "VERSION", .type = CLI_STRING,        \
		.offset = offsetof(structure, member),                              \
		.help = "the kernel version, such as 5.15 (default: " otherwise ")" \
	}

/* Rows for a context_options. */
#define CONTEXT_HEADING "Conditions in Docker's form"
#define CONTEXT_OPTIONS(structure, member)                                                  \
	{ .name = "arch",                                                                   \
	  .argument = "ARCH",                                                               \
	  .type = CLI_STRING,                                                               \
	  .offset = offsetof(structure, member.architecture),                               \
	  .group = CONTEXT_HEADING,                                                         \
	  .help = "the architecture to resolve the conditions for, such as amd64 or arm64 " \
		  "(default: this machine\'s)" },                                           \
		CAPABILITY_OPTION(structure, member.capabilities, NULL, "DEFAULT"),         \
		KERNEL_OPTION(structure, member.kernel, "newer than any rule asks for")

/* The row of --lenient. The structure has a bool named lenient. */
#define LENIENT_OPTION(structure)                                                            \
	{                                                                                    \
		.name = "lenient", .type = CLI_FLAG, .offset = offsetof(structure, lenient), \
		.help = "warn of unknown fields instead of refusing them"                    \
	}

/* The context_options in the form of the library. */
struct input_context {
	struct container_context context; /* points into capabilities and the arguments */
	char **capabilities;		  /* sorted, each once */
	size_t capability_count;
};
#define _cleanup_input_context_ _cleanup_(input_context_finish)

/* Checks and converts the options of the user. An unknown name is a usage error. */
int input_context_init(struct input_context *ret_context, const struct context_options *options,
		       struct error *err);
void input_context_finish(struct input_context *context);

/* The name of an input file in messages: its path, or "standard input" for "-". */
const char *input_name(const char *path);

/*
 * Reads a file of at most 256 MiB, or standard input if path is "-". Logs what a lenient
 * reading skipped as warnings. options may be NULL: a strict reading, for this machine, with
 * the capabilities that Docker gives.
 */
int input_read(const char *path, const struct document_options *options,
	       struct documents *ret_documents, struct error *err);

/*
 * As input_read(), with options for the profiles of recordings. input_read() derives them with
 * ARGUMENTS_DEFAULT. So does NULL, which also logs nothing that there is to say about them.
 */
int input_read_deriving(const char *path, const struct document_options *options,
			const struct derive_options *derive, struct documents *ret_documents,
			struct error *err);

/*
 * Derives the profile of a recording, and logs what there is to say about it, after a name if
 * that is not NULL. ret_unnamed may be NULL.
 */
int input_derive(const char *name, const struct recording *recording,
		 const struct derive_options *derive, struct profile **ret_profile,
		 struct call_set *ret_unnamed, struct error *err);

/* The same for a document that is a recording, read with the option underived. */
int input_derive_document(const char *name, struct document *document,
			  const struct derive_options *derive, struct error *err);

/* As input_read(), but the file must be a recording. */
int input_read_recording(const char *path, struct recording *ret_recording, struct error *err);

#endif
