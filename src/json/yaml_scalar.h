/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_YAML_SCALAR_H
#define JSON_YAML_SCALAR_H

#include <stdbool.h>

#include <jansson.h>

/*
 * Converts a scalar without quotes to null, true, false, a number or a string, as Kubernetes
 * reads YAML 1.1. NULL when memory ran out, or if the text is no UTF-8.
 */
json_t *yaml_plain_scalar(const char *text);

/* True if a text needs quotes, so that it is read as a string again. */
bool yaml_needs_quotes(const char *text);

#endif
