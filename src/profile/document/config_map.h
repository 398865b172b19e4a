/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DOCUMENT_CONFIG_MAP_H
#define PROFILE_DOCUMENT_CONFIG_MAP_H

/*
 * Reads Kubernetes ConfigMaps, with which people bring profiles to nodes. Each key of data and
 * binaryData is a file.
 */
#include <stdbool.h>
#include <stddef.h>

struct error;
struct cursor;

/*
 * Handles one file. at is its place in the ConfigMap. text is valid until the function returns.
 */
typedef int config_map_reader(const struct cursor *at, const char *text, size_t size, void *data,
			      struct error *err);

/* True if an object is a ConfigMap. */
bool is_config_map(const struct cursor *object);

/*
 * Passes each file to the reader: first those of data, then those of binaryData, each in the
 * order of the keys. Stops at the first failure.
 */
int config_map_read(const struct cursor *object, config_map_reader *read, void *data,
		    struct error *err);

#endif
