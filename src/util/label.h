/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_LABEL_H
#define UTIL_LABEL_H

/* A label of a Kubernetes object. The owner of the label owns the strings. */
struct label {
	char *key;
	char *value;
};

#endif
