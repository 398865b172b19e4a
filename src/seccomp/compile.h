/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_COMPILE_H
#define SECCOMP_COMPILE_H

/*
 * From a profile to the filter that runc and crun make of it through libseccomp: a name that
 * libseccomp does not know is skipped, and so is a rule that does the same as the default action; a
 * rule with two conditions on one argument becomes one rule for each of its conditions.
 */
#include <stdbool.h>
#include <stddef.h>

#include "seccomp/filter.h"

struct scmp_arch;
struct error;
struct profile;

/* Which architectures the filter decides about; it kills the calls of all others. */
struct scmp_arch_set {
	const struct scmp_arch **items; /* the array is owned, what it points to is static */
	size_t length;
};

/*
 * Those that runtimes make the filter for: the ones that a profile lists and the native one of
 * their machine, which is in the filters of runc and crun from the start and so comes first;
 * without a list, native. -EINVAL for a name that libseccomp does not have. What lists another
 * machine's alone is for that one: add the own one to know what becomes of it here.
 */
int scmp_arch_set_of(const struct profile *profile, const struct scmp_arch *native,
		     struct scmp_arch_set *ret_set, struct error *err);
int scmp_arch_set_add(struct scmp_arch_set *set, const struct scmp_arch *architecture,
		      struct error *err);
bool scmp_arch_set_has(const struct scmp_arch_set *set, const struct scmp_arch *architecture);
void scmp_arch_set_finish(struct scmp_arch_set *set);
#define _cleanup_scmp_arch_set_ __attribute__((cleanup(scmp_arch_set_finish)))

/*
 * How libseccomp lays out the filter, which is the runtime's choice and does not change
 * verdicts.
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
 * Compiles a profile. -EINVAL where libseccomp, and with it every runtime, refuses the profile: the
 * message names the rule.
 */
int profile_compile(const struct profile *profile, const struct scmp_arch_set *architectures,
		    enum layout layout, struct compilation *ret_compilation, struct error *err);

/*
 * The same for each layout, with one pass through the rules. The names that libseccomp does not
 * know are in the first. The caller finishes all of them.
 */
int profile_compile_layouts(const struct profile *profile,
			    const struct scmp_arch_set *architectures,
			    struct compilation ret_compilations[LAYOUT_COUNT], struct error *err);

/* Frees what it has; a zeroed structure is empty and valid. */
void compilation_finish(struct compilation *compilation);
#define _cleanup_compilation_ __attribute__((cleanup(compilation_finish)))

/* "2.5.4", of the library that is linked; owned by the library or static. */
#define LIBSECCOMP_VERSION_SIZE 32
const char *libseccomp_version(char buffer[LIBSECCOMP_VERSION_SIZE]);

#endif
