/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_RUNTIME_H
#define CONTAINER_RUNTIME_H

/*
 * Finds the OCI runtime that started a container, and its version. The calls that the runtime
 * itself makes under the filter depend on both.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * Returns the plain name of the runtime behind a handler, shim type or path, such as "runc" for
 * "io.containerd.runc.v2" or "/usr/bin/runc"; NULL if the text names no known runtime.
 */
const char *runtime_name_of(const char *text);

/*
 * False for runtimes whose containers have a kernel of their own (gVisor's runsc, Kata):
 * the host kernel never sees their system calls.
 */
bool runtime_is_visible(const char *name);

/*
 * Lists the sizes in bytes of the visible runtimes' programs in the usual directories. Returns
 * their number, at most max.
 */
size_t runtime_program_sizes(uint64_t *ret_sizes, size_t max);

/*
 * Returns the name of the runtime whose program in the usual directories has that size, or
 * NULL.
 */
const char *runtime_name_of_size(uint64_t size);

/*
 * Asks the runtime's own binary for its version ("1.1.5"), owned by the caller. binary is its
 * path. If it is NULL, relative or not to be trusted, name is looked for in the usual
 * directories. -ENOENT if there is none, -ETIMEDOUT, -EPROTO if the output has no version.
 */
int runtime_version(const char *name, const char *binary, char **ret_version, struct error *err);

/*
 * The same for the program at path, which gets name as its own name (argv[0]). -EPERM if users
 * other than root and the caller can change the program, or if it is not executable.
 */
int program_version(const char *path, const char *name, char **ret_version, struct error *err);

/*
 * Parses the version in the output of "runtime --version". ret_version is owned by the caller.
 */
int runtime_version_parse(const char *name, const char *output, char **ret_version,
			  struct error *err);

#endif
