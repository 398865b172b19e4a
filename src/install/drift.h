/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_DRIFT_H
#define INSTALL_DRIFT_H

struct error;
struct store_entry;

/*
 * Describes in a clause what the change of a STORE_CHANGED entry does to containers, such as
 * "now allows bpf, ptrace", or why the file is no profile any more. The caller frees ret_text.
 */
int drift_describe(const struct store_entry *entry, char **ret_text, struct error *err);

#endif
