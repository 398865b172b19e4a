/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_CAPABILITY_NAMES_H
#define SYSCALLS_CAPABILITY_NAMES_H

/* Capabilities by number: "CAP_CHOWN" is 0; NULL for a number without a name. */
const char *capability_name(unsigned int number);

/* The number of a name, with or without "CAP_" and in any case; -ENOENT when there is none. */
int capability_from_name(const char *name);

#endif
