// SPDX-License-Identifier: Apache-2.0
#include "recording/applied_profile.h"

#include <stdlib.h>
#include <string.h>

#include "profile/format/profile_write.h"
#include "profile/format/conditional_profile.h"
#include "profile/model/profile.h"
#include "util/cleanup.h"
#include "util/error.h"

struct applied_profile {
	unsigned int users;
	char *text;
};

static int create_from(const struct conditional_profile *conditional,
		       struct applied_profile **ret_applied, struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	_cleanup_free_ struct applied_profile *applied = calloc(1, sizeof(*applied));
	int r;

	if (!applied)
		return error_nomem(err);
	if ((r = conditional_profile_resolve(conditional, NULL, &profile, err)) < 0 ||
	    (r = profile_write_oci(profile, &applied->text, err)) < 0)
		return r;
	applied->users = 1;
	*ret_applied = steal_pointer(&applied);
	return 0;
}

int applied_profile_create(const char *json, struct applied_profile **ret_applied,
			   struct error *err)
{
	_cleanup_conditional_profile_ struct conditional_profile *conditional = NULL;
	int r = conditional_profile_read("linux.seccomp", json, strlen(json), &conditional, err);

	return r < 0 ? r : create_from(conditional, ret_applied, err);
}

int applied_profile_create_value(const struct cursor *at, struct applied_profile **ret_applied,
				 struct error *err)
{
	_cleanup_conditional_profile_ struct conditional_profile *conditional = NULL;
	int r = conditional_profile_read_value(at, &conditional, err);

	return r < 0 ? r : create_from(conditional, ret_applied, err);
}

struct applied_profile *applied_profile_ref(struct applied_profile *applied)
{
	applied->users++;
	return applied;
}

void applied_profile_unref(struct applied_profile *applied)
{
	if (!applied || --applied->users > 0)
		return;
	free(applied->text);
	free(applied);
}

const char *applied_profile_text(const struct applied_profile *applied)
{
	return applied->text;
}

int applied_profile_parse(const struct applied_profile *applied, struct profile **ret_profile,
			  struct error *err)
{
	_cleanup_conditional_profile_ struct conditional_profile *conditional = NULL;
	int r = conditional_profile_read("linux.seccomp", applied->text, strlen(applied->text),
					 &conditional, err);

	return r < 0 ? r : conditional_profile_resolve(conditional, NULL, ret_profile, err);
}

int applied_profile_compare(const struct applied_profile *a, const struct applied_profile *b)
{
	if (a == b)
		return 0;
	if (!a || !b)
		return a ? -1 : 1;
	return strcmp(a->text, b->text);
}

void applied_profile_share(struct applied_profile **applied, struct applied_profile *other)
{
	if (!*applied || *applied == other || applied_profile_compare(*applied, other) != 0)
		return;
	applied_profile_unref(*applied);
	*applied = applied_profile_ref(other);
}

void applied_profile_merge(struct applied_profile **into, struct applied_profile **other)
{
	struct applied_profile *unused = *into;

	if (applied_profile_compare(*into, *other) <= 0)
		return;
	*into = *other;
	*other = unused;
}
