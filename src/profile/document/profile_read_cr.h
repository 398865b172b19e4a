/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DOCUMENT_PROFILE_READ_CR_H
#define PROFILE_DOCUMENT_PROFILE_READ_CR_H

struct document;
struct error;
struct cursor;

/*
 * Reads a SeccompProfile of security-profiles-operator.x-k8s.io (v1, v1beta1 or v1alpha1) into
 * an empty document. Skips what the cluster adds: the status and most of the metadata.
 */
int profile_read_cr(const struct cursor *object, struct document *document, struct error *err);

#endif
