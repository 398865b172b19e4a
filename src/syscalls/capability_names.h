/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_CAPABILITY_NAMES_H
#define SYSCALLS_CAPABILITY_NAMES_H

/* The name of a capability, such as "CAP_CHOWN" for 0; NULL for a number without a name. */
const char *capability_name(unsigned int number);

/* The number of a name, with or without "CAP_" and in any case; -ENOENT if there is none. */
int capability_from_name(const char *name);

#endif
