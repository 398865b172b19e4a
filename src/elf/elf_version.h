/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_ELF_VERSION_H
#define ELF_ELF_VERSION_H

/*
 * Versions of programs and of their libraries, read from their files. Nothing is run: the
 * programs of a node cannot run in the image of an agent, and a file need not be the program
 * that its name suggests.
 */
struct error;

/*
 * Finds the version ("1.1.5") of a container runtime in its program file fd. name is its plain
 * name ("runc", "crun"). Leaves out the suffix of a distribution. The caller owns ret_version.
 *
 * -EINVAL if the file is no 64-bit ELF file in this machine's byte order; -ENODATA if it has no
 * version, or more than one.
 */
int elf_version_of_runtime(const char *name, int fd, char **ret_version, struct error *err);

/*
 * Finds the version ("2.5.4") of a shared library that the program fd needs, such as
 * "libseccomp". Takes it from the name of the file to which the library's link points, in the
 * usual directories below root. The caller owns ret_version.
 *
 * -EINVAL as above; -ENOENT if the program needs no such shared library, which may be part of
 * the program; -ENODATA if there is no link.
 */
int elf_version_of_library(const char *name, int fd, int root, char **ret_version,
			   struct error *err);

#endif
