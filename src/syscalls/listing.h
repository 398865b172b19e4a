/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_LISTING_H
#define SYSCALLS_LISTING_H

/* Lists of system calls as people read them: by what they are for, and by risk. */
#include <stddef.h>
#include <stdio.h>

#include "syscalls/purpose.h"

struct listed_call {
	const char *name; /* borrowed */
	const struct syscall_purpose *purpose;
};

/* A paragraph in lines of 80 columns, of which all but the first are indented deeper. */
struct paragraph {
	FILE *out;
	unsigned int indent;
	unsigned int column; /* 0: nothing was written yet */
};

/* Adds words, and a suffix to the last of them without a space. */
void paragraph_add(struct paragraph *paragraph, const char *words, const char *suffix);
void paragraph_end(struct paragraph *paragraph);

/*
 * "Network (2): accept, bind" a group, in the order of the groups, names in the order in which they
 * are given.
 */
void listing_print_groups(FILE *out, unsigned int indent, const struct listed_call *calls,
			  size_t count);

/* "fsopen, fsmount: reason" for calls of a risk level that have the same reason. */
void listing_print_risks(FILE *out, unsigned int indent, const struct listed_call *calls,
			 size_t count, enum risk_level level);

/* How many calls there are of a risk level. */
size_t listing_count_risk(const struct listed_call *calls, size_t count, enum risk_level level);

#endif
