/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_YAML_WRITE_H
#define JSON_YAML_WRITE_H

#include <stddef.h>

#include <jansson.h>

struct error;

/*
 * Writes JSON values as the documents of a YAML stream, in block style and with the members in the
 * order in which they were set. Texts that YAML would take for something else are quoted. Owned by
 * the caller.
 */
int yaml_write(json_t *const *roots, size_t count, char **ret_text, struct error *err);

#endif
