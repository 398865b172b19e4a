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

#define RUNTIME_PROGRAMS_MAX 16

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

/* The programs of visible runtimes in the usual directories. */
struct runtime_programs {
	struct {
		uint64_t size; /* in bytes */
		const char *name;
	} items[RUNTIME_PROGRAMS_MAX];
	size_t length;
};

void runtime_programs_find(struct runtime_programs *ret_programs);

/* Returns the name of the runtime whose program has that size, or NULL; also for a size of 0. */
const char *runtime_programs_name(const struct runtime_programs *programs, uint64_t size);

/*
 * Reads the version ("1.1.5") of a runtime or engine from its program, which is not run. The
 * caller owns ret_version. binary is the path of the program. If it is NULL, relative or not to
 * be trusted, name is looked for in the usual directories. -ENOENT if there is none, and the
 * errors of elf_version_of_program().
 */
int runtime_version(const char *name, const char *binary, char **ret_version, struct error *err);

/*
 * The same for the program at path. -EPERM if users other than root and the caller can change
 * the program, or if it is not executable.
 */
int program_version(const char *name, const char *path, char **ret_version, struct error *err);

/*
 * Reads the version of the libseccomp that a runtime in the usual directories uses, shared or
 * linked in: it decides which names of calls the runtime knows. The caller owns ret_version.
 * -ENOENT if there is no such runtime, and the errors of elf_library.h.
 */
int runtime_library_version(const char *name, char **ret_version, struct error *err);

#endif
