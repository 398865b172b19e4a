/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_LABEL_H
#define UTIL_LABEL_H

/* A label of a Kubernetes object; the strings belong to whom the label belongs to. */
struct label {
	char *key;
	char *value;
};

#endif
