/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PROFILE_PATH_H
#define AGENT_PROFILE_PATH_H

/*
 * The path of a recorded profile below the namespace of its recording. It has no hash although the
 * object's name may have one: a name can be taken in the cluster, and is still free in a namespace.
 */
#include <stdbool.h>

#include <jansson.h>

struct error;

/*
 * Returns the namespace of the recording that the profile came from, or NULL. Only an agent's own
 * word counts: it decides whose file is written, and a person who may write profiles need not have
 * a right to that namespace.
 */
const char *profile_object_namespace(const json_t *object);

/*
 * Sets ret_path to "operator/shop/web-app.json" for a SeccompProfile that was recorded in the namespace
 * shop, or else to NULL. If the object's name is the hashed name of what its labels say, the path has
 * the name without the hash, unless ANNOTATION_HASHED_PATH is "true". With own_name, the path has the
 * object's name in any case: no other profile has this path. -EINVAL if a name cannot be that of a
 * file. The caller frees ret_path.
 */
int profile_namespaced_path(const json_t *object, bool own_name, char **ret_path,
			    struct error *err);

#endif
