/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_LABEL_SYNTAX_H
#define SELECTION_LABEL_SYNTAX_H

/*
 * Checks the syntax of label keys and values, as Kubernetes does (k8s.io/apimachinery,
 * pkg/util/validation). Both functions return NULL for valid text, and otherwise the rest of a
 * sentence that begins "the key 'x' …".
 */

/* A name of 1 to 63 characters, with an optional DNS subdomain and '/' before it. */
const char *label_key_problem(const char *key);

/* Empty, or 1 to 63 characters. */
const char *label_value_problem(const char *value);

#endif
