/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FRAME_CLI_H
#define CLI_FRAME_CLI_H

/*
 * The frame of the command line. A command is one file src/cli/<name>.c that exports one
 * struct cli_command, and one row in src/main.c. Its option table is the only place where
 * its options are written down: the parser, the help texts, the man page and the bash
 * completion are all made from it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct cli_call;

/* The type of an option: how it is given, and the type of its member in the options. */
enum cli_type {
	CLI_FLAG,     /* bool: true when given */
	CLI_COUNT,    /* unsigned int: how many times it was given */
	CLI_STRING,   /* const char *: borrowed from the arguments, NULL when not given */
	CLI_LIST,     /* struct cli_list: each time it is given adds one string */
	CLI_DURATION, /* int64_t: nanoseconds, as str_parse_duration() reads them */
	CLI_CHOICE,   /* int: index into .choices */
	CLI_NUMBER,   /* long: from .min to .max */
};

/* What shell completion proposes for an argument without choices. */
enum cli_complete {
	CLI_COMPLETE_NONE,
	CLI_COMPLETE_FILE,
	CLI_COMPLETE_DIRECTORY,
	CLI_COMPLETE_COMMAND,
	CLI_COMPLETE_USER,
	CLI_COMPLETE_SUBCOMMAND,
};

struct cli_list {
	const char **items; /* strings borrowed from the arguments, the array owned by the frame */
	size_t length;
};

/*
 * One row of an option table; a row without a long name ends the table. A member of the
 * options structure starts as zero, or as .initial where that is given.
 */
struct cli_option {
	char letter;	      /* 0: no short form */
	const char *name;     /* without the dashes */
	const char *argument; /* such as "FILE"; NULL for choices; unused for flags */
	enum cli_type type;
	size_t offset;		    /* offsetof(struct <command>_options, member) */
	const char *const *choices; /* ends with NULL; only proposed, not checked, for strings */
	const char *initial;	    /* as a user would write it; shown in the help */
	long min, max;		    /* of CLI_NUMBER */
	enum cli_complete complete;
	const char *group; /* heading in the help, for this row and those that follow */
	const char *help;  /* a clause; begins in lower case and has no full stop at its end */
};

struct cli_example {
	const char *text; /* what it is for */
	const char *line; /* what to type */
};

struct cli_command {
	const char *name;
	const char *summary;		/* a sentence on one line */
	const char *const *synopsis;	/* forms, after "recorder NAME "; ends with NULL */
	const char *const *description; /* paragraphs; ends with NULL */
	const struct cli_option *options;
	size_t options_size;	    /* of the structure that the options fill in */
	int arguments_min;	    /* least number of arguments that are no options */
	int arguments_max;	    /* -1: any number */
	enum cli_complete complete; /* the kind of those arguments */
	bool arguments_are_command; /* the first of them ends the options, as "--" does */
	bool logs;		    /* has -q, -v and --log-format, which the frame applies */
	const struct cli_example *examples; /* ends with a row without a line; may be NULL */

	/*
	 * Returns the exit status, or a negative errno with err set (exit status 1), or what
	 * cli_usage_error() returned (exit status 2).
	 */
	int (*run)(const struct cli_call *call, struct error *err);
};

struct cli_program {
	const char *name;
	const char *summary; /* a sentence */
	const char *version;
	const struct cli_command *const *commands; /* sorted by name, ends with NULL */
};

/* One call of a command; everything in it is borrowed and lives until run() returns. */
struct cli_call {
	const struct cli_program *program;
	const struct cli_command *command;
	const void *options;  /* the filled-in structure of .options_size bytes */
	int argc;	      /* arguments that are not options; "--" is taken out */
	char **argv;	      /* ends with NULL */
	unsigned int verbose; /* number of -v; two or more have set LOG_DEBUG, -q LOG_ERROR */
};

enum cli_status {
	CLI_SUCCESS = 0,
	CLI_FAILURE = 1,
	CLI_USAGE = 2,
};

/* Sets an error in what the user typed. The exit status is 2. */
int cli_usage_error(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Runs the command that the arguments name, and reports its failure on standard error. Returns
 * the exit status.
 */
int cli_main(const struct cli_program *program, int argc, char **argv);

/* Finds the command of that name, or returns NULL. */
const struct cli_command *cli_find_command(const struct cli_program *program, const char *name);

/* Writes text to standard output; a full disk or a closed pipe is an error. */
int cli_print(const char *text, struct error *err);

#endif
