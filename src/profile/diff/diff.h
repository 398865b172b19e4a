/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DIFF_DIFF_H
#define PROFILE_DIFF_DIFF_H

/*
 * What new profiles do otherwise than old ones, by their semantics: pairs of profiles, in each
 * the calls that differ. A diff owns all that is in it but constants, so that the profiles can
 * be freed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/diff/ignore.h"
#include "profile/semantics/semantics.h"
#include "recording/recording.h"
#include "util/cleanup.h"

struct default_profiles;
struct error;
struct syscall_purpose;

/* In the order in which reports show them. */
enum change_kind {
	CHANGE_ADDED,	 /* permitted for some arguments, and was not for any */
	CHANGE_WIDENED,	 /* permitted for more arguments than before */
	CHANGE_REMOVED,	 /* the reverse of added */
	CHANGE_NARROWED, /* the reverse of widened */
	CHANGE_EFFECT,	 /* the same is permitted, but otherwise: another errno, logged, … */
	CHANGE_KIND_COUNT,
};

/* "added", "widened", "removed", "narrowed", "changed". */
const char *change_kind_name(enum change_kind kind);

/* Who made an added or widened call first, as the new recording has it. */
struct change_evidence {
	char *container;
	char *pod;	  /* NULL when unknown, as the next */
	char *name_space; /* of the pod */
	char process[CALL_PROCESS_SIZE];
	int64_t first_seen;
	enum origin origin;
	size_t observations; /* how many made it; 0: there is no evidence */
};

/* What the runtime's default profile says about a call. */
enum default_answer {
	DEFAULT_UNKNOWN,
	DEFAULT_REFUSES,
	DEFAULT_CONDITIONAL, /* permits it for some arguments */
	DEFAULT_PERMITS,
};

struct change {
	enum change_kind kind;
	char *call;	      /* NULL: numbers that have no name */
	char **architectures; /* "SCMP_ARCH_…", sorted: where it is the same */
	size_t architecture_count;
	struct difference difference; /* a is old, b is new */
	bool one_sided;		      /* one of the two is no profile at all */
	const struct syscall_purpose *purpose;
	enum default_answer default_answer;
	const char *default_label; /* whose answer that is; borrowed from defaults */
	/*
	 * Each allows more of the call; ends with NULL. NULL: no one does. The names are
	 * defaults'.
	 */
	const char **default_capabilities;
	struct change_evidence evidence;
	const struct ignore_entry *ignored; /* by which it does not fail; NULL */
	bool risky;			    /* permits more of a call of high risk */
	bool fails;
};

/* One side of a pair. */
struct diff_side {
	const char *path; /* of the file; NULL: there is none on this side */
	const struct profile *profile;
	const struct recording *recording; /* NULL unless the profile came from one */
	const char *base_profile; /* what an operator unites the profile with; NULL: nothing */
};

struct diff_pair {
	char *name;
	char *old_path, *new_path; /* NULL: only on the other side, which is as an empty profile */
	struct change *changes;	   /* sorted by kind, descending risk, call */
	size_t change_count;
	char **notes; /* sentences on differences that are not about calls */
	size_t note_count;
	char **doubts; /* sentences: why this pair cannot be told */
	size_t doubt_count;
};

/* What makes a diff fail, as bits. */
enum diff_fail_on {
	FAIL_ON_ADDED = 1 << 0,
	FAIL_ON_REMOVED = 1 << 1,
	FAIL_ON_WIDENED = 1 << 2,
	FAIL_ON_RISKY = 1 << 3,
};

struct diff_fail_on_name {
	const char *name;
	enum diff_fail_on bit;
};

extern const struct diff_fail_on_name diff_fail_on_names[];
extern const size_t diff_fail_on_name_count;

/* "added,widened" and the like into those bits. */
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
	bool *ignore_used; /* by entry of the list: that there was something to ignore */
	enum diff_verdict verdict;
};

int diff_create(const struct diff_options *options, struct diff **ret_diff, struct error *err);
void diff_destroy(struct diff *diff);
DEFINE_CLEANUP(struct diff *, diff_destroy);
#define _cleanup_diff_ _cleanup_(cleanup_diff_destroy)

/*
 * Compares two profiles on every architecture that either lists, or that runtimes add to the
 * list, and adds the result under a name. A side whose path is NULL stands for a profile that
 * permits nothing. What cannot be decided becomes a doubt: a recording that is not complete,
 * too many conditions. -EINVAL and -ENOMEM as for semantics_create().
 */
int diff_add(struct diff *diff, const char *name, const struct diff_side *old,
	     const struct diff_side *new, struct error *err);

#endif
