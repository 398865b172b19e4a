/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_FORMAT_PROFILE_WRITE_H
#define PROFILE_FORMAT_PROFILE_WRITE_H

/* From a profile to the formats that runtimes and the Security Profiles Operator read. */

struct builder;
struct condition;
struct error;
struct json_t;
struct profile;

/* OCI runtime-spec JSON: names and arrays sorted, a final newline; owned by the caller. */
int profile_write_oci(const struct profile *profile, char **ret_text, struct error *err);

/*
 * A SeccompProfile of security-profiles-operator.x-k8s.io/v1 in YAML. name is checked to be
 * a DNS-1123 subdomain; what does not fit is -ENOTSUP (resource.h).
 */
int profile_write_cr(const struct profile *profile, const char *name, char **ret_text,
		     struct error *err);

/* A condition as the runtime-spec has it; NULL where memory ran out, which the builder notes. */
struct json_t *tree_from_condition(struct builder *builder, const struct condition *condition);

#endif
