/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_SEMANTICS_H
#define PROFILE_SEMANTICS_SEMANTICS_H

/*
 * What a profile does with every system call of one architecture. The model is the filter that
 * runc and crun build from the profile through libseccomp. Grouping and repetition of rules do
 * not matter. Their order matters only where this list says so:
 *
 * - An architecture that the profile does not list is killed, except the native one, which
 *   runtimes always add.
 * - A name that only other architectures have is ignored. So is a rule with the effect of the
 *   default action. A name that is in no table counts: a newer libseccomp may know it.
 * - If a call has rules without conditions, the first of them decides, whatever the others are.
 * - Conditions on different arguments must all hold. If a rule has two conditions on the same
 *   argument, each of its conditions becomes a rule of its own, so that one is enough. (crun
 *   reads at most six conditions of a rule.)
 * - If several rules with conditions hold, the one that libseccomp tests first decides
 *   (profile/semantics/precedence.h). The conditions determine that order. The order in the
 *   profile counts only for two equalities with the same value of which one is masked.
 * - Where arguments have 32 bits (i386, x32, ARM, …), so do the values that they are compared
 *   with.
 * - On i386 and others, libseccomp applies a rule of a socket or System V IPC call to
 *   socketcall(2) and ipc(2) too, whose first argument selects the call.
 * - The default action answers everything else.
 *
 * runc answers numbers above the highest one of a profile with ENOSYS. The runtime does that,
 * so it is not part of this model.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/model/model.h"
#include "util/cleanup.h"

struct error;
struct semantics;

#define ARGUMENT_COUNT 6

/* The answer to one call with certain arguments. */
struct effect {
	enum action action;
	uint32_t data; /* the errno of ACTION_ERRNO, the message of ACTION_TRACE; otherwise 0 */
};

bool effect_equal(struct effect a, struct effect b);

/*
 * Returns the effect of the action and errno of a rule or profile. The data of ACTION_ERRNO and
 * ACTION_TRACE is the errno's lower 16 bits, or EPERM without an errno.
 */
struct effect effect_of(enum action action, const struct optional_errno *errno_ret);

/*
 * Writes a text such as "allow", "log", "errno EPERM", "errno 200" or "kill thread" to the
 * buffer and returns it.
 */
#define EFFECT_TEXT_SIZE 32
const char *effect_text(struct effect effect, char buffer[EFFECT_TEXT_SIZE]);

/*
 * How much an effect lets the caller do, in ascending order. Effects of the same permission
 * differ in what the caller is told, not in what it may do.
 */
enum permission {
	PERMISSION_REFUSED, /* errno, trap, kill: the call is not made */
	PERMISSION_ASKED,   /* trace, notify: another process decides */
	PERMISSION_GRANTED, /* allow, log */
};

enum permission effect_permission(struct effect effect);

/*
 * Creates the semantics of a profile for an architecture ("SCMP_ARCH_X86_64"); the caller owns
 * them. They borrow only the names of calls that are not in the architecture's table. -EINVAL
 * if a condition is on an argument that no call has. -E2BIG if there are more rules with
 * conditions than a filter can hold.
 */
int semantics_create(const struct profile *profile, const char *scmp_arch,
		     struct semantics **ret_semantics, struct error *err);
void semantics_destroy(struct semantics *semantics);
DEFINE_CLEANUP(struct semantics *, semantics_destroy);
#define _cleanup_semantics_ _cleanup_(cleanup_semantics_destroy)

/* True if the profile applies to the architecture at all. */
bool semantics_has_architecture(const struct semantics *semantics);

/* True if arguments have 32 bits, and with them the values in a verdict's conditions. */
bool semantics_is_narrow(const struct semantics *semantics);

/* Returns the effect for numbers without a name and for calls without a rule. */
struct effect semantics_default(const struct semantics *semantics);

/*
 * The calls of the architecture, by position. First come those in its table, sorted by number.
 * The calls that the profile names and the table does not have follow, sorted by name. They can
 * be newer than the table, or be made through socketcall(2) or ipc(2) only; their number is
 * negative. Without a table, these are all calls.
 */
size_t semantics_call_count(const struct semantics *semantics);
const char *semantics_call_name(const struct semantics *semantics, size_t position);
int semantics_call_number(const struct semantics *semantics, size_t position);

/* False for a name that is not in the architecture's table. Always true without a table. */
bool semantics_call_is_listed(const struct semantics *semantics, size_t position);

/* Returns the position of a name, or -ENOENT. */
int semantics_find(const struct semantics *semantics, const char *name);

/* A rule with conditions that must all hold. They are sorted by argument, one for each. */
struct argument_rule {
	struct effect effect;
	size_t condition_count;
	struct condition conditions[ARGUMENT_COUNT];
};

/* The answer to one call. */
struct verdict {
	struct effect effect;		   /* always, or where none of the rules holds */
	const struct argument_rule *rules; /* the first that holds decides; borrowed */
	size_t rule_count;		   /* 0: the arguments do not matter */
};

struct verdict semantics_verdict(const struct semantics *semantics, size_t position);

/* The same by name. An unknown name, and NULL for numbers without a name, get the default. */
struct verdict semantics_verdict_of(const struct semantics *semantics, const char *name);

/*
 * True if two verdicts have the same rules in the same order. Different rules may still be
 * equivalent.
 */
bool verdict_equal(const struct verdict *a, const struct verdict *b);

/* Returns the effect for concrete arguments. */
struct effect semantics_evaluate(const struct semantics *semantics, size_t position,
				 const uint64_t arguments[ARGUMENT_COUNT]);

/* One way in which two profiles treat a call differently, with an example. */
struct difference {
	bool found;
	bool arguments_matter;		    /* false: they differ for all arguments */
	uint64_t arguments[ARGUMENT_COUNT]; /* of the example */
	unsigned int looked_at;		    /* bit i: a condition is about argument i */
	struct effect a, b;
};

/* The exact comparison of two profiles for one call, over all arguments. */
struct call_comparison {
	struct difference wider;	  /* b permits more than a for some arguments */
	struct difference narrower;	  /* b permits less than a for some arguments */
	struct difference other;	  /* same permission, different effects */
	enum permission a_most, b_most;	  /* the highest over all arguments */
	enum permission a_least, b_least; /* the lowest over all arguments */
};

/*
 * Compares two semantics of the same architecture for a call by name; NULL stands for numbers
 * without a name. -E2BIG if the conditions have too many combinations to try all.
 */
int semantics_compare(const struct semantics *a, const struct semantics *b, const char *name,
		      struct call_comparison *ret_comparison, struct error *err);

/*
 * Calls the visitor for each call on which two semantics of the same architecture differ,
 * beginning with the numbers without a name (NULL). Stops when the visitor returns anything but
 * 0, and returns that.
 */
typedef int (*semantics_visitor)(void *data, const char *name,
				 const struct call_comparison *comparison, struct error *err);
int semantics_visit_differences(const struct semantics *a, const struct semantics *b,
				semantics_visitor each, void *data, struct error *err);

/*
 * Sets *ret_subset to true if outer permits everything that inner permits, for each call and
 * all arguments. Otherwise, ret_name and ret_difference are a counterexample. The name is NULL
 * for numbers without a name, and is borrowed like the names above. In the difference, a is
 * outer and b is inner.
 */
int semantics_subset(const struct semantics *inner, const struct semantics *outer, bool *ret_subset,
		     const char **ret_name, struct difference *ret_difference, struct error *err);

#endif
