/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_CONDITIONAL_PROFILE_H
#define PROFILE_FORMAT_CONDITIONAL_PROFILE_H

/*
 * A conditional profile is a profile whose rules hold only in some contexts. Docker, Podman and
 * CRI-O write their defaults in its JSON, a superset of the OCI runtime-spec's; containerd's
 * are transcribed to it. To get the profile of one container, resolve it for the container's
 * context.
 *
 * A rule is kept if both hold:
 * - No part of "excludes" matches: the architecture is not listed, the container has none of
 *   the capabilities, and the kernel is older than minKernel.
 * - Every part of "includes" matches: the architecture is listed (or none is), the container
 *   has all of the capabilities, and the kernel is not older than minKernel.
 *
 * "archMap" gives the architectures: the entry of the container's own, and those that it lists.
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

/* The context of a container: what it runs on and with. */
struct container_context {
	const char *architecture;	 /* any name that architecture_find() knows */
	const char *const *capabilities; /* bounding set, "CAP_…" in any order */
	size_t capability_count;
	struct kernel_version kernel; /* 0.0: newer than every minKernel */
};

/* The capabilities that Docker and containerd's CRI give a container by default. */
extern const char *const default_capabilities[];
extern const size_t default_capability_count;

/* Parses a version such as "4.8" or "6.1.0-13-amd64". Like Docker, reads only two numbers. */
int kernel_version_parse(const char *text, struct kernel_version *ret_version, struct error *err);

/*
 * Reads a conditional profile from JSON. name names the input in messages. Every refusal is
 * "name:line:column: path: what is wrong".
 */
int conditional_profile_read(const char *name, const char *text, size_t size,
			     struct conditional_profile **ret_conditional, struct error *err);

/* Reads a conditional profile from a value in a document. */
int conditional_profile_read_value(const struct cursor *at,
				   struct conditional_profile **ret_conditional, struct error *err);

void conditional_profile_destroy(struct conditional_profile *conditional);
DEFINE_CLEANUP(struct conditional_profile *, conditional_profile_destroy);
#define _cleanup_conditional_profile_ _cleanup_(cleanup_conditional_profile_destroy)

/* True if the context can make a difference; false for plain OCI JSON. */
bool conditional_profile_has_conditions(const struct conditional_profile *conditional);

/* True if it is in Docker's form: with conditions, archMap, name, comment or errno names. */
bool conditional_profile_is_docker(const struct conditional_profile *conditional);

/* Returns all capabilities that rules depend on: sorted, each once, borrowed. */
const char *const *conditional_profile_capabilities(const struct conditional_profile *conditional,
						    size_t *ret_count);

/*
 * Resolves the profile for a context, which may be NULL if the profile has no conditions. If
 * archMap has no entry for the architecture, the result lists no architectures, as with Docker:
 * then only the native one counts. Returns -EINVAL if the architecture is not known.
 */
int conditional_profile_resolve(const struct conditional_profile *conditional,
				const struct container_context *context,
				struct profile **ret_profile, struct error *err);

#endif
