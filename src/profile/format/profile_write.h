/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_PROFILE_WRITE_H
#define PROFILE_FORMAT_PROFILE_WRITE_H

/* Writes profiles in the formats that runtimes and the Security Profiles Operator read. */

struct builder;
struct condition;
struct error;
struct json_t;
struct profile;

/*
 * Writes OCI runtime-spec JSON, owned by the caller: sorted names and arrays, a final newline.
 */
int profile_write_oci(const struct profile *profile, char **ret_text, struct error *err);

/*
 * Writes a SeccompProfile of security-profiles-operator.x-k8s.io/v1 in YAML. The caller owns
 * the text. Returns -EINVAL if name is not a DNS-1123 subdomain, and -ENOTSUP if the profile
 * does not fit (resource.h).
 */
int profile_write_cr(const struct profile *profile, const char *name, char **ret_text,
		     struct error *err);

/*
 * Returns a condition in the runtime-spec's form. If memory runs out, returns NULL, which the
 * builder notes.
 */
struct json_t *tree_from_condition(struct builder *builder, const struct condition *condition);

#endif
