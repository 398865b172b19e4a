/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DIFF_DIFF_H
#define PROFILE_DIFF_DIFF_H

/*
 * The differences between old and new profiles, by their semantics: pairs of profiles, each
 * with the calls that differ. A diff borrows from its options, but not from the profiles, which
 * can be freed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/diff/ignore.h"
#include "profile/semantics/semantics.h"
#include "recording/recording.h"
#include "syscalls/syscalls.h"
#include "util/cleanup.h"

struct default_profiles;
struct error;
struct syscall_argument;
struct syscall_purpose;

/* In the order in which reports show them. */
enum change_kind {
	CHANGE_ADDED,	 /* permitted for some arguments, before for none */
	CHANGE_WIDENED,	 /* more permissive for some arguments than before */
	CHANGE_REMOVED,	 /* the reverse of added */
	CHANGE_NARROWED, /* less permissive for some arguments, more for none */
	CHANGE_EFFECT,	 /* the same permission, but another errno, logged, … */
	CHANGE_USED,	 /* the workload used a value of an argument that it did not use before */
	CHANGE_KIND_COUNT,
};

/* "added", "widened", "removed", "narrowed", "changed", "used". */
const char *change_kind_name(enum change_kind kind);

/* The first use of an added or widened call, as the new recording has it. */
struct change_evidence {
	char *container;
	char *pod;	  /* NULL when unknown */
	char *name_space; /* of the pod; NULL when unknown */
	char process[CALL_PROCESS_SIZE];
	int64_t first_seen;
	enum origin origin;
	size_t observations; /* those with the call; 0: there is no evidence */
};

/* The answer of the runtime's default profile to a call. */
enum default_answer {
	DEFAULT_UNKNOWN,
	DEFAULT_REFUSES,
	DEFAULT_CONDITIONAL, /* permits it for some arguments */
	DEFAULT_PERMITS,
};

/* A value of an argument, of a change of the kind CHANGE_USED. */
struct change_value {
	enum machine machine;
	const struct syscall_argument *row;
	uint32_t value; /* or one flag of it */
	bool any;	/* more values than are kept */
	bool denied;	/* a filter denied the call */
};

struct change {
	enum change_kind kind;
	char *call;	      /* NULL: numbers without a name */
	char **architectures; /* "SCMP_ARCH_…", sorted: those with this change */
	size_t architecture_count;
	struct difference difference; /* a is old, b is new */
	bool one_sided;		      /* one of the two profiles is missing */
	struct change_value used;
	const struct syscall_purpose *purpose;
	enum default_answer default_answer;
	const char *default_label; /* of the table that answered; borrowed from defaults */
	/*
	 * Capabilities that each allow more of the call. Ends with NULL; NULL if there are
	 * none. The names belong to defaults.
	 */
	const char **default_capabilities;
	struct change_evidence evidence;
	const struct ignore_entry *ignored; /* the entry that keeps it from failing, or NULL */
	bool risky;			    /* permits more of a high-risk or unknown call */
	bool fails;
};

/* One side of a pair. */
struct diff_side {
	const char *path; /* of the file; NULL: this side has none */
	const struct profile *profile;
	const struct recording *recording; /* NULL unless the profile came from one */
	const char *base_profile;	   /* that an operator unites the profile with; or NULL */
};

struct diff_pair {
	char *name;
	char *old_path, *new_path; /* NULL: this side is missing and permits nothing */
	struct change *changes;	   /* sorted by kind, descending risk, call */
	size_t change_count;
	char **notes; /* sentences on differences that are not about calls */
	size_t note_count;
	char **doubts; /* sentences on what makes the comparison unreliable */
	size_t doubt_count;
};

/* The changes that make a diff fail, as bits. */
enum diff_fail_on {
	FAIL_ON_ADDED = 1 << 0,
	FAIL_ON_REMOVED = 1 << 1,
	FAIL_ON_WIDENED = 1 << 2,
	FAIL_ON_RISKY = 1 << 3,
	FAIL_ON_USED = 1 << 4,
};

struct diff_fail_on_name {
	const char *name;
	enum diff_fail_on bit;
};

extern const struct diff_fail_on_name diff_fail_on_names[];
extern const size_t diff_fail_on_name_count;

/* Parses a list such as "added,widened" into these bits. */
int diff_fail_on_parse(const char *text, unsigned int *ret_fail_on, struct error *err);

enum diff_verdict {
	DIFF_PASSES = 0,
	DIFF_FAILS = 1,
	DIFF_CANNOT_TELL = 2,
};

/* "passes", "fails", "cannot tell". */
const char *diff_verdict_name(enum diff_verdict verdict);

struct diff_options {
	unsigned int fail_on;
	const struct ignore_list *ignore;  /* borrowed; NULL: nothing is ignored */
	const char *ignore_name;	   /* its file, for reports; borrowed */
	const char *today;		   /* "YYYY-MM-DD"; borrowed */
	struct default_profiles *defaults; /* borrowed; NULL: default_answer stays unknown */
};

struct diff {
	struct diff_options options;
	struct diff_pair *pairs; /* in the order in which they were added */
	size_t pair_count;
	size_t counts[CHANGE_KIND_COUNT];
	size_t failing, ignored;
	bool *ignore_used; /* by entry of the list: true if it named a changed call */
	enum diff_verdict verdict;
};

int diff_create(const struct diff_options *options, struct diff **ret_diff, struct error *err);
void diff_destroy(struct diff *diff);
DEFINE_CLEANUP(struct diff *, diff_destroy);
#define _cleanup_diff_ _cleanup_(cleanup_diff_destroy)

/*
 * Compares two profiles and adds the result under a name. Covers every architecture that either
 * profile lists or that runtimes add to the list. A side whose path is NULL stands for a
 * profile that permits nothing. Of two recordings, the values of arguments are compared too. What
 * cannot be decided becomes a doubt: an incomplete
 * recording, too many conditions, another base profile. -EINVAL and -ENOMEM as for
 * semantics_create().
 */
int diff_add(struct diff *diff, const char *name, const struct diff_side *old,
	     const struct diff_side *new, struct error *err);

#endif
