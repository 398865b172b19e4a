/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_SEMANTICS_H
#define PROFILE_SEMANTICS_SEMANTICS_H

/*
 * What a profile does with every system call of one architecture, as runc and crun make it of it
 * through libseccomp, whatever the order, grouping and repetition of its rules:
 *
 * - An architecture that the profile does not list is killed, but for the native one, which
 * runtimes
 *   always add.
 * - A name that only other architectures have is ignored, and so is a rule that does the same
 * as the
 *   default action. A name that no table here has counts: a newer libseccomp may know it.
 * - The first rule without conditions decides about a call, whatever rules with conditions say.
 * - Conditions on different arguments have to hold together. Where a rule has two of the same
 *   argument, each of its conditions becomes a rule of its own: one is enough. (crun looks at no
 *   more than six of them.)
 * - Of several rules with conditions that hold, that one decides which libseccomp tests first
 *   (profile/semantics/precedence.h): the order is that of the conditions, and that of the profile only
 *   where two equalities, of which one is masked, compare with the same value.
 * - Where arguments have 32 bits (i386, x32, ARM, …), so have the values they are compared with.
 * - libseccomp applies a rule of a socket or System V IPC call on i386 and others to socketcall(2)
 *   and ipc(2) too, whose first argument says which call is meant.
 * - The default action answers everything else.
 *
 * runc's ENOSYS for numbers above the highest of a profile is the runtime's doing and no part of
 * this.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/model/model.h"
#include "util/cleanup.h"

struct error;
struct semantics;

#define ARGUMENT_COUNT 6

/* What is done with one call with certain arguments. */
struct effect {
	enum action action;
	uint32_t data; /* the errno of ACTION_ERRNO, the message of ACTION_TRACE; otherwise 0 */
};

bool effect_equal(struct effect a, struct effect b);

/* What becomes of a rule's or profile's action and errno: EPERM without one, 16 bits of one. */
struct effect effect_of(enum action action, const struct optional_errno *errno_ret);

/*
 * "allow", "log", "errno EPERM", "errno 200", "kill thread", …; in the caller's buffer.
 */
#define EFFECT_TEXT_SIZE 32
const char *effect_text(struct effect effect, char buffer[EFFECT_TEXT_SIZE]);

/*
 * How much an effect lets the caller do; more is wider. Two effects of the same permission differ
 * in what the caller is told, not in what it may do.
 */
enum permission {
	PERMISSION_REFUSED, /* errno, trap, kill: the call is not made */
	PERMISSION_ASKED,   /* trace, notify: another process decides */
	PERMISSION_GRANTED, /* allow, log */
};

enum permission effect_permission(struct effect effect);

/*
 * The semantics of a profile for an architecture ("SCMP_ARCH_X86_64"). It keeps nothing of the
 * profile but the names of calls that the table of the architecture has not: those are borrowed.
 * -EINVAL where a condition is about an argument that no call has, -E2BIG where there are more
 * conditions than a filter can hold.
 */
int semantics_create(const struct profile *profile, const char *scmp_arch,
		     struct semantics **ret_semantics, struct error *err);
void semantics_destroy(struct semantics *semantics);
DEFINE_CLEANUP(struct semantics *, semantics_destroy);
#define _cleanup_semantics_ _cleanup_(cleanup_semantics_destroy)

/* Whether the profile applies to the architecture at all. */
bool semantics_has_architecture(const struct semantics *semantics);

/* Whether arguments have 32 bits there; those of a verdict's conditions then have too. */
bool semantics_is_narrow(const struct semantics *semantics);

/* What becomes of a number that has no name, and of every call that no rule is about. */
struct effect semantics_default(const struct semantics *semantics);

/*
 * All calls that the architecture has, by position: sorted by number; then those that the profile
 * names and the table has not, by name, which are all of them where there is no table. They can be
 * newer than the table, or be made through socketcall(2) or ipc(2) only. Their number is negative.
 */
size_t semantics_call_count(const struct semantics *semantics);
const char *semantics_call_name(const struct semantics *semantics, size_t position);
int semantics_call_number(const struct semantics *semantics, size_t position);

/* False for a name that the profile has and the architecture's table has not. */
bool semantics_call_is_listed(const struct semantics *semantics, size_t position);

/* The position of a name, or -ENOENT. */
int semantics_find(const struct semantics *semantics, const char *name);

/* A rule with conditions, all of which have to hold; they are sorted by argument, each once. */
struct argument_rule {
	struct effect effect;
	size_t condition_count;
	struct condition conditions[ARGUMENT_COUNT];
};

/* What becomes of one call. */
struct verdict {
	struct effect effect;		   /* always, or where none of the rules holds */
	const struct argument_rule *rules; /* the first that holds decides; borrowed */
	size_t rule_count;		   /* 0: the arguments do not matter */
};

struct verdict semantics_verdict(const struct semantics *semantics, size_t position);

/* The same by name: an unknown name, and NULL for numbers without one, get the default. */
struct verdict semantics_verdict_of(const struct semantics *semantics, const char *name);

/* True if two verdicts have the same rules in the same order; others can come to the same. */
bool verdict_equal(const struct verdict *a, const struct verdict *b);

/* The effect for concrete arguments. */
struct effect semantics_evaluate(const struct semantics *semantics, size_t position,
				 const uint64_t arguments[ARGUMENT_COUNT]);

/* A call for which two profiles do not do the same. */
struct difference {
	bool found;
	bool arguments_matter;		    /* false: it is the same with any arguments */
	uint64_t arguments[ARGUMENT_COUNT]; /* an example */
	unsigned int looked_at;		    /* bit i: some condition is about argument i */
	struct effect a, b;
};

/* What two profiles do with one call over all arguments, decided exactly. */
struct call_comparison {
	struct difference wider;	  /* b permits what a permits less */
	struct difference narrower;	  /* the reverse */
	struct difference other;	  /* both permit the same, but the effects differ */
	enum permission a_most, b_most;	  /* for some arguments */
	enum permission a_least, b_least; /* for some arguments */
};

/*
 * Compares two profiles' semantics of the same architecture for a call by name, or for numbers
 * without a name where that is NULL. -E2BIG where the conditions are too many to go through all
 * combinations.
 */
int semantics_compare(const struct semantics *a, const struct semantics *b, const char *name,
		      struct call_comparison *ret_comparison, struct error *err);

/*
 * Goes through all calls for which the semantics of the same architecture differ, beginning
 * with the numbers without a name (NULL). Ends when the visitor returns anything but 0, and
 * returns that.
 */
typedef int (*semantics_visitor)(void *data, const char *name,
				 const struct call_comparison *comparison, struct error *err);
int semantics_visit_differences(const struct semantics *a, const struct semantics *b,
				semantics_visitor each, void *data, struct error *err);

/*
 * Whether outer permits everything that inner permits, call by call and argument by argument.
 * Where it does not, ret_name (a call; NULL: numbers without a name; borrowed as the names above)
 * and ret_difference (a is outer, b is inner) are a counterexample.
 */
int semantics_subset(const struct semantics *inner, const struct semantics *outer, bool *ret_subset,
		     const char **ret_name, struct difference *ret_difference, struct error *err);

#endif
