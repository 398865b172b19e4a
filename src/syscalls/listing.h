/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_LISTING_H
#define SYSCALLS_LISTING_H

/* Lists of system calls for people, by purpose and by risk. */
#include <stddef.h>
#include <stdio.h>

#include "syscalls/purpose.h"

struct listed_call {
	const char *name; /* borrowed */
	const struct syscall_purpose *purpose;
};

/* A paragraph in lines of 80 columns. All lines but the first are indented deeper. */
struct paragraph {
	FILE *out;
	unsigned int indent;
	unsigned int column; /* 0: nothing was written yet */
};

/* Adds words. The suffix follows the last word without a space. */
void paragraph_add(struct paragraph *paragraph, const char *words, const char *suffix);
void paragraph_end(struct paragraph *paragraph);

/*
 * Prints a paragraph for each group, such as "Network (2): accept, bind". Groups are in the
 * order of syscall_groups, names in the order of calls.
 */
void listing_print_groups(FILE *out, unsigned int indent, const struct listed_call *calls,
			  size_t count);

/*
 * Prints the calls of a risk level, those with the same reason together: "fsopen, fsmount:
 * reason".
 */
void listing_print_risks(FILE *out, unsigned int indent, const struct listed_call *calls,
			 size_t count, enum risk_level level);

/* The number of calls of a risk level. */
size_t listing_count_risk(const struct listed_call *calls, size_t count, enum risk_level level);

#endif
