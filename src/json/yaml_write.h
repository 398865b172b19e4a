/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_YAML_WRITE_H
#define JSON_YAML_WRITE_H

#include <stddef.h>

#include <jansson.h>

struct error;

/*
 * Writes JSON values as the documents of a YAML stream, in block style. Members keep the order
 * in which they were set. Strings that YAML would read as another type are quoted. The caller
 * frees ret_text.
 */
int yaml_write(json_t *const *roots, size_t count, char **ret_text, struct error *err);

#endif
