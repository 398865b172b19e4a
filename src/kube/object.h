/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_OBJECT_H
#define KUBE_OBJECT_H

/* Parts of the metadata that objects of all kinds have. What is returned is borrowed. */
#include <jansson.h>

/* "" for an object without one, which the API server does not make. */
const char *kube_object_name(const json_t *object);
const char *kube_object_uid(const json_t *object);

/* NULL for an object of the whole cluster. */
const char *kube_object_namespace(const json_t *object);

/* Returns the name of the first owner; NULL without owners. */
const char *kube_object_owner(const json_t *object);

#endif
