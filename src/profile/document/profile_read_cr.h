/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DOCUMENT_PROFILE_READ_CR_H
#define PROFILE_DOCUMENT_PROFILE_READ_CR_H

struct document;
struct error;
struct cursor;

/*
 * A SeccompProfile of security-profiles-operator.x-k8s.io, of any version, into an empty document.
 * What the cluster adds (the status, most of the metadata) is passed over.
 */
int profile_read_cr(const struct cursor *object, struct document *document, struct error *err);

#endif
