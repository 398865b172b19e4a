/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_LOCALHOST_PATH_H
#define INSTALL_LOCALHOST_PATH_H

/*
 * The path of a profile below the kubelet's seccomp directory. A pod names it as
 * localhostProfile: "operator/web.json", or "operator/shop/web.json" with a namespace.
 */
struct error;

/*
 * Joins the parts to a path. prefix and namespace have to be DNS-1123 labels, and name has to be a
 * DNS-1123 subdomain of at most 240 characters, so that no input leads out of the directory;
 * otherwise -EINVAL. namespace may be NULL. The caller frees ret_path.
 */
int localhost_path_create(const char *prefix, const char *namespace, const char *name,
			  char **ret_path, struct error *err);

/* Returns 0 if a text is such a path, otherwise -EINVAL with a message about the mistake. */
int localhost_path_check(const char *path, struct error *err);

#endif
