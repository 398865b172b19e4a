/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_LABEL_SYNTAX_H
#define SELECTION_LABEL_SYNTAX_H

/*
 * What a label's key and value may look like, as validated by Kubernetes
 * (k8s.io/apimachinery, pkg/util/validation). Both return NULL for valid text, or how to go on
 * after "the key 'x' …".
 */

/* A name of 1 to 63 characters, with an optional DNS subdomain and '/' before it. */
const char *label_key_problem(const char *key);

/* Empty, or 1 to 63 characters. */
const char *label_value_problem(const char *value);

#endif
