/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_RESOURCE_H
#define PROFILE_FORMAT_RESOURCE_H

/*
 * SeccompProfile custom resources of security-profiles-operator.x-k8s.io/v1, in which not every
 * profile fits.
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
	const char *base_profile;	     /* that the operator unites it with; NULL */
	bool disabled;
};

enum resource_syntax {
	RESOURCE_YAML, /* a document each */
	RESOURCE_JSON, /* a List where there are several */
};

/*
 * Writes resources; the text is owned by the caller. What has no place in one (defaultErrnoRet,
 * an errno of 0, an architecture that the operator does not know) is left out and added to
 * notes; where that is NULL, -ENOTSUP. What would make it another profile (a value above
 * INT64_MAX, more than six conditions in a rule, SCMP_ACT_NOTIFY by default) is always
 * -ENOTSUP; -EINVAL for a name that is no DNS-1123 subdomain.
 */
int resources_write(const struct resource *resources, size_t count, enum resource_syntax syntax,
		    char **ret_text, struct notes *notes, struct error *err);

#endif
