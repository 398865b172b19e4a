/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTALL_DRIFT_H
#define INSTALL_DRIFT_H

struct error;
struct store_entry;

/*
 * What the change of a STORE_CHANGED entry does to containers, in a clause: "allows bpf and ptrace
 * beyond what was installed", or why it is no profile any more. ret_text is the caller's.
 */
int drift_describe(const struct store_entry *entry, char **ret_text, struct error *err);

#endif
