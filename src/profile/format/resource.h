/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_RESOURCE_H
#define PROFILE_FORMAT_RESOURCE_H

/*
 * Writes SeccompProfile custom resources of security-profiles-operator.x-k8s.io/v1. They cannot
 * hold every profile.
 */
#include <stdbool.h>
#include <stddef.h>

struct error;
struct notes;
struct profile;

struct resource {
	const char *name;
	const struct profile *profile;
	struct json_t *labels, *annotations; /* objects, or NULL; borrowed */
	const char *base_profile;	     /* the operator unites it with profile; NULL */
	bool disabled;
};

enum resource_syntax {
	RESOURCE_YAML, /* one document each */
	RESOURCE_JSON, /* a List if there are several */
};

/*
 * Writes resources. The caller owns the text.
 *
 * A resource cannot hold a defaultErrnoRet, an errno of 0, or an architecture that the operator
 * does not know. They are left out and added to notes; if notes is NULL, the function returns
 * -ENOTSUP. It always returns -ENOTSUP if the loss would make a different profile: for a value
 * above INT64_MAX, more than six conditions in a rule, or SCMP_ACT_NOTIFY by default. It
 * returns -EINVAL for a name that is not a DNS-1123 subdomain.
 */
int resources_write(const struct resource *resources, size_t count, enum resource_syntax syntax,
		    char **ret_text, struct notes *notes, struct error *err);

#endif
