/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_YAML_SCALAR_H
#define JSON_YAML_SCALAR_H

#include <stdbool.h>

#include <jansson.h>

/*
 * What a scalar without quotes stands for: null, true, false, a number or a text, as Kubernetes
 * reads YAML 1.1. NULL when memory ran out, or where the text is no UTF-8.
 */
json_t *yaml_plain_scalar(const char *text);

/* Whether a text has to be written with quotes to be read as a text again. */
bool yaml_needs_quotes(const char *text);

#endif
