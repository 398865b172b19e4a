/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_RUNTIME_H
#define CONTAINER_RUNTIME_H

/*
 * Which OCI runtime started a container, and which version of it: the calls that the runtime
 * itself makes under the filter depend on both.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * The runtime's plain name for a handler, shim type or path, such as "runc" for
 * "io.containerd.runc.v2" or "/usr/bin/runc"; NULL when the text names none that is known.
 */
const char *runtime_name_of(const char *text);

/*
 * False for runtimes whose containers have a kernel of their own (gVisor's runsc, Kata):
 * the host kernel never sees their system calls.
 */
bool runtime_is_visible(const char *name);

/*
 * Sizes in bytes of the programs of visible runtimes that are in the usual directories. Returns
 * how many there are, at most max.
 */
size_t runtime_program_sizes(uint64_t *ret_sizes, size_t max);

/* The name of the runtime whose program in the usual directories has that size, or NULL. */
const char *runtime_name_of_size(uint64_t size);

/*
 * The version that the runtime's own binary prints ("1.1.5"), owned by the caller. binary is
 * its path, or NULL to look for name in the usual directories. -ENOENT when there is none,
 * -ETIMEDOUT, -EPROTO when what it prints has no version.
 */
int runtime_version(const char *name, const char *binary, char **ret_version, struct error *err);

/*
 * The same of a program at a path, which must be root's or the caller's and nobody else's to
 * change. It finds name as its own name; -EPERM when it may not be run.
 */
int program_version(const char *path, const char *name, char **ret_version, struct error *err);

/* The version in the output of "runtime --version", owned by the caller. */
int runtime_version_parse(const char *name, const char *output, char **ret_version,
			  struct error *err);

#endif
