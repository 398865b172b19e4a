/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_ELF_LIBRARY_H
#define ELF_ELF_LIBRARY_H

/* Versions of the libraries of a program, read from files. Nothing is run. */
struct error;

/*
 * Finds the version ("2.5.4") of a shared library that the program fd needs, such as
 * "libseccomp". Takes it from the name of the file to which the library's link points, in the
 * usual directories below root. The caller owns ret_version.
 *
 * -EINVAL if the file is no 64-bit ELF file in this machine's byte order; -ENOENT if it needs no
 * such shared library, which may be part of the program; -ENODATA if there is no link.
 */
int elf_library_version(const char *name, int fd, int root, char **ret_version, struct error *err);

/*
 * Finds the version of the libseccomp that is a part of the program fd: the numbers to which its
 * function seccomp_version() points. -EINVAL as above; -ENODATA if there is no such function, or
 * more than one.
 */
int elf_library_linked_seccomp(int fd, char **ret_version, struct error *err);

#endif
