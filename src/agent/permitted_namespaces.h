/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PERMITTED_NAMESPACES_H
#define AGENT_PERMITTED_NAMESPACES_H

/* Follows the namespaces that a label selector picks. */
#include <stdbool.h>

#include "util/cleanup.h"

struct error;
struct kube_client;
struct permitted_namespaces;

/*
 * changed is called when the names are known, and whenever they change after that. The caller
 * destroys ret_namespaces before the client. selector is copied.
 */
int permitted_namespaces_create(struct kube_client *client, const char *selector,
				void (*changed)(void *data),
				void (*trouble)(int result, const struct error *err, void *data),
				void *data, struct permitted_namespaces **ret_namespaces,
				struct error *err);
void permitted_namespaces_destroy(struct permitted_namespaces *namespaces);
DEFINE_CLEANUP(struct permitted_namespaces *, permitted_namespaces_destroy);

bool permitted_namespaces_has(const struct permitted_namespaces *namespaces, const char *name);
bool permitted_namespaces_are_known(const struct permitted_namespaces *namespaces);

#endif
