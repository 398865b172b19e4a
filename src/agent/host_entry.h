/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_HOST_ENTRY_H
#define AGENT_HOST_ENTRY_H

struct error;

/*
 * Makes the host's files those of the calling thread, and of the threads that it starts, for the
 * rest of their lives. host_root is where they are mounted; NULL looks for them.
 */
int host_entry_make(const char *host_root, struct error *err);

#endif
