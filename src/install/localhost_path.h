/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_LOCALHOST_PATH_H
#define INSTALL_LOCALHOST_PATH_H

/*
 * Where a profile lies below the kubelet's seccomp directory, which is what a pod says as
 * localhostProfile: "operator/web.json", or "operator/shop/web.json" with a namespace.
 */
struct error;

/*
 * Each part has to be a DNS-1123 label, so that the path stays below the directory whatever the
 * parts were made from; -EINVAL otherwise. namespace may be NULL. ret_path is the caller's.
 */
int localhost_path_create(const char *prefix, const char *namespace, const char *name,
			  char **ret_path, struct error *err);

/* Whether a text is such a path; -EINVAL says what is wrong with it. */
int localhost_path_check(const char *path, struct error *err);

#endif
