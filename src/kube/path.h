/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_PATH_H
#define KUBE_PATH_H

/* Paths of the API: /apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL/NAME. */
#include <stdbool.h>

struct error;

/* A kind of object, as the API server serves it. */
struct kube_resource {
	const char *group; /* "" for the core group */
	const char *version;
	const char *plural;
	bool namespaced;
};

/*
 * Makes the path of an object, or of all objects of a kind. namespace may be NULL: objects of all
 * namespaces, or of none. name and subresource may be NULL. The caller frees ret_path. -EINVAL
 * for a name that would lead elsewhere, or for an object of a namespace without one.
 */
int kube_path(const struct kube_resource *resource, const char *namespace, const char *name,
	      const char *subresource, char **ret_path, struct error *err);

/* Returns text as a part of a query: percent-encoded. The caller frees it. NULL without memory. */
char *kube_path_escape(const char *text);

#endif
