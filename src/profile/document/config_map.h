/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DOCUMENT_CONFIG_MAP_H
#define PROFILE_DOCUMENT_CONFIG_MAP_H

/*
 * ConfigMaps of Kubernetes, in which people bring profiles to nodes: each key of data and
 * binaryData is a file.
 */
#include <stdbool.h>
#include <stddef.h>

struct error;
struct cursor;

/* Handles one file; at is where its text is in the ConfigMap. text is valid until it returns. */
typedef int config_map_reader(const struct cursor *at, const char *text, size_t size, void *data,
			      struct error *err);

/* True where an object is a ConfigMap. */
bool is_config_map(const struct cursor *object);

/* Hands each file to the reader, in the order of the keys; the first failure ends that. */
int config_map_read(const struct cursor *object, config_map_reader *read, void *data,
		    struct error *err);

#endif
