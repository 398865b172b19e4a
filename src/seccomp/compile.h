/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_COMPILE_H
#define SECCOMP_COMPILE_H

/*
 * Compiles a profile to the filter that runc and crun make of it through libseccomp. A name
 * that libseccomp does not know is skipped, and so is a rule with the same effect as the
 * default action. A rule with two conditions on one argument becomes one rule for each of its
 * conditions.
 */
#include <stdbool.h>
#include <stddef.h>

#include "seccomp/filter.h"

struct scmp_arch;
struct error;
struct profile;

/* The architectures that a filter decides about. It kills the calls of all others. */
struct scmp_arch_set {
	const struct scmp_arch **items; /* the array is owned, its elements are static */
	size_t length;
};

/*
 * Returns the architectures that runtimes make the filter for: those that a profile lists, and
 * the native one of their machine. The native one comes first, because it is in the filters of
 * runc and crun from the start. Without a list, the set is native alone. -EINVAL for a name
 * that libseccomp does not have.
 *
 * A profile that lists only architectures of another machine gets the set for that machine. To
 * find out what the profile does on this machine, add the machine's own architecture.
 */
int scmp_arch_set_of(const struct profile *profile, const struct scmp_arch *native,
		     struct scmp_arch_set *ret_set, struct error *err);
int scmp_arch_set_add(struct scmp_arch_set *set, const struct scmp_arch *architecture,
		      struct error *err);
bool scmp_arch_set_has(const struct scmp_arch_set *set, const struct scmp_arch *architecture);
void scmp_arch_set_finish(struct scmp_arch_set *set);
#define _cleanup_scmp_arch_set_ __attribute__((cleanup(scmp_arch_set_finish)))

/*
 * The layout that libseccomp gives the filter. Runtimes choose it. It does not change verdicts.
 */
enum layout {
	LAYOUT_LIST, /* one comparison after the other: crun, runc before 1.2 */
	LAYOUT_TREE, /* a binary tree of the numbers: runc since 1.2, for more than 32 names */
	LAYOUT_COUNT,
};

struct compilation {
	struct filter filter;
	char **unresolved; /* names that libseccomp does not know: not enforced; sorted */
	size_t unresolved_count;
};

/*
 * Compiles a profile. -EINVAL if libseccomp, and so every runtime, refuses the profile. If a
 * rule is at fault, the message names it.
 */
int profile_compile(const struct profile *profile, const struct scmp_arch_set *architectures,
		    enum layout layout, struct compilation *ret_compilation, struct error *err);

/*
 * Compiles a profile in each layout, with one pass through the rules. Only the first
 * compilation gets the names that libseccomp does not know. The caller finishes all of them.
 */
int profile_compile_layouts(const struct profile *profile,
			    const struct scmp_arch_set *architectures,
			    struct compilation ret_compilations[LAYOUT_COUNT], struct error *err);

/* Frees the contents; a zeroed structure is empty and valid. */
void compilation_finish(struct compilation *compilation);
#define _cleanup_compilation_ __attribute__((cleanup(compilation_finish)))

/* Writes the version of the linked library ("2.5.4") into the buffer, which it returns. */
#define LIBSECCOMP_VERSION_SIZE 32
const char *libseccomp_version(char buffer[LIBSECCOMP_VERSION_SIZE]);

#endif
