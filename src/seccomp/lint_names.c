// SPDX-License-Identifier: Apache-2.0
#include "seccomp/lint.h"

#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/model.h"
#include "profile/model/profile.h"
#include "seccomp/findings.h"
#include "seccomp/scmp_arch.h"
#include "syscalls/other_names.h"
#include "syscalls/purpose.h"
#include "util/cleanup.h"

/* The names of a profile, and the architectures that it is for. */
struct naming {
	const struct scmp_arch_set *set;
	const char **names; /* sorted */
	size_t count;
};

/* libseccomp gives a negative number to a call that an architecture does not have. */
static bool is_call(const struct naming *naming, const char *name)
{
	size_t i;

	for (i = 0; i < naming->set->length; i++)
		if (seccomp_syscall_resolve_name_arch(naming->set->items[i]->token, name) >= 0)
			return true;
	return false;
}

static bool is_named(const struct naming *naming, const char *name)
{
	size_t i;

	for (i = 0; i < naming->count; i++)
		if (strcmp(naming->names[i], name) == 0)
			return true;
	return false;
}

/* Returns the name of the call on the architectures, or NULL. */
static const char *name_here(const struct naming *naming, const char *name)
{
	const struct other_name *other = other_name_find(name);
	size_t i;

	for (i = 0; other && other->kernel[i]; i++)
		if (is_call(naming, other->kernel[i]))
			return other->kernel[i];
	return NULL;
}

static int lint_name(const struct naming *naming, const char *name, struct findings *findings,
		     struct error *err)
{
	const struct finding_of of = { SEVERITY_WARNING, "name", name, NULL };
	bool known = *syscall_purpose(name)->name;
	const char *here;

	if (is_call(naming, name))
		return 0;
	here = name_here(naming, name);
	/* A profile for several machines lists a call by its name on each of them. */
	if (known && (!here || is_named(naming, here)))
		return 0;
	if (known)
		return findings_add(findings, &of, err,
				    "%s has no effect: it is a call of other architectures; here "
				    "programs make %s, which the profile does not name",
				    name, here);
	if (here)
		return findings_add(findings, &of, err,
				    "%s is not enforced: the kernel calls it %s", name, here);
	here = syscall_nearest(name);
	return here ? findings_add(findings, &of, err,
				   "%s is not enforced: no machine that recorder knows has this "
				   "system call (did you mean %s?)",
				   name, here) :
		      0;
}

int lint_names(const struct profile *profile, const struct scmp_arch_set *set,
	       struct findings *findings, struct error *err)
{
	_cleanup_free_ const char **names = NULL;
	struct naming naming = { .set = set };
	size_t i;
	int r = profile_collect_names(profile, &names, &naming.count, err);

	naming.names = names;
	for (i = 0; r == 0 && i < naming.count; i++)
		r = lint_name(&naming, names[i], findings, err);
	return r;
}
