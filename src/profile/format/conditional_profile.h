/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_CONDITIONAL_PROFILE_H
#define PROFILE_FORMAT_CONDITIONAL_PROFILE_H

/*
 * A conditional profile is one whose rules hold only in some contexts: the JSON that Docker,
 * Podman, CRI-O and containerd's defaults are written in, a superset of the OCI runtime-spec's.
 * For one container it is resolved to a profile.
 *
 * A rule is kept when, of its "excludes", the architecture is not listed, none of the capabilities
 * is held and the kernel is older than minKernel; and when, of its "includes", the architecture
 * is listed (or none is), all capabilities are held and the kernel is not older than minKernel.
 * "archMap" gives the architectures: the entry of the container's own and what that lists.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct error;
struct cursor;
struct profile;
struct conditional_profile;

struct kernel_version {
	unsigned int major, minor;
};

/* What a container runs on and with. */
struct container_context {
	const char *architecture;	 /* any name that architecture_find() knows */
	const char *const *capabilities; /* bounding set, "CAP_…" in any order */
	size_t capability_count;
	struct kernel_version kernel; /* 0.0: newer than any rule asks for */
};

/* What Docker and containerd's CRI give a container that asks for nothing. */
extern const char *const default_capabilities[];
extern const size_t default_capability_count;

/* "4.8", "6.1.0-13-amd64", …; as Docker reads it: only the first two numbers count. */
int kernel_version_parse(const char *text, struct kernel_version *ret_version, struct error *err);

/*
 * Reads such JSON; name is what messages call it. Every refusal is
 * "name:line:column: path: what is wrong".
 */
int conditional_profile_read(const char *name, const char *text, size_t size,
			     struct conditional_profile **ret_conditional, struct error *err);

/* The same from a value in a document. */
int conditional_profile_read_value(const struct cursor *at,
				   struct conditional_profile **ret_conditional, struct error *err);

void conditional_profile_destroy(struct conditional_profile *conditional);
DEFINE_CLEANUP(struct conditional_profile *, conditional_profile_destroy);
#define _cleanup_conditional_profile_ _cleanup_(cleanup_conditional_profile_destroy)

/* Whether the context can make a difference: false for plain OCI JSON. */
bool conditional_profile_has_conditions(const struct conditional_profile *conditional);

/*
 * Whether it was written in Docker's form: with conditions, archMap, name, comment or errno
 * names.
 */
bool conditional_profile_is_docker(const struct conditional_profile *conditional);

/* All capabilities that rules ask about: sorted, each once, borrowed. */
const char *const *conditional_profile_capabilities(const struct conditional_profile *conditional,
						    size_t *ret_count);

/*
 * The profile for a context, which may be NULL where the profile has no conditions.
 * Where archMap has no entry for the architecture the profile lists none, as with Docker:
 * the native one then. -EINVAL where the architecture is not known.
 */
int conditional_profile_resolve(const struct conditional_profile *conditional,
				const struct container_context *context,
				struct profile **ret_profile, struct error *err);

#endif
