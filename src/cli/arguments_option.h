/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ARGUMENTS_OPTION_H
#define CLI_ARGUMENTS_OPTION_H

/* The options --arguments and --baseline of commands that derive profiles from recordings. */
#include "cli/baseline_choice.h"
#include "cli/frame/cli.h"
#include "cli/input.h"
#include "profile/derive/derive_profile.h"

struct call_set;
struct error;
struct profile;
struct recording;

struct arguments_options {
	int mode;	      /* enum arguments_mode */
	const char *baseline; /* NULL: the recording's engine */
};

/* Rows of an option table for an arguments_options; heading as in CAPABILITY_OPTION. */
#define ARGUMENTS_OPTIONS(structure, member, heading)                                              \
	{ .name = "arguments",                                                                     \
	  .type = CLI_CHOICE,                                                                      \
	  .offset = offsetof(structure, member.mode),                                              \
	  .choices = arguments_mode_names,                                                         \
	  .initial = "default",                                                                    \
	  .group = heading,                                                                        \
	  .help = "the arguments with which a profile made of a recording allows a call: none is " \
		  "no limit; default permits nothing that RuntimeDefault refuses, unless it was "  \
		  "seen; exact permits only the values and flags that were seen" },                \
	{                                                                                          \
		.name = "baseline", .argument = "BASELINE", .type = CLI_STRING,                    \
		.offset = offsetof(structure, member.baseline), .complete = CLI_COMPLETE_FILE,     \
		.help = "the RuntimeDefault of --arguments: containerd, cri-o, docker or podman, " \
			"with @VERSION for one that is not the newest, or a file (default: that "  \
			"of the engine and version in the recording, else containerd)"             \
	}

/* The options in the form of the library. It points into itself: do not copy it. */
struct arguments_request {
	struct derive_options derive;
	struct default_choice choice;
	struct baseline_choice baseline;
};

/*
 * Converts the options. given and context are what the user said of containers, and what follows
 * from it; they are borrowed. given may be NULL. The caller finishes ret_request.
 */
int arguments_request_init(struct arguments_request *ret_request,
			   const struct arguments_options *options,
			   const struct context_options *given, const struct input_context *context,
			   struct error *err);
void arguments_request_finish(struct arguments_request *request);
#define _cleanup_arguments_request_ _cleanup_(arguments_request_finish)

#endif
