/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_ELF_VERSION_H
#define ELF_ELF_VERSION_H

/*
 * Versions of programs, read from their files. Nothing is run: the programs of a node cannot run
 * in the image of an agent, and a file need not be the program that its name suggests.
 */
struct error;

/*
 * Finds the version ("1.1.5") of a container runtime or engine in its program file fd. name is
 * the plain name of the program ("runc", "dockerd"). Leaves out the suffix of a distribution.
 * The caller owns ret_version.
 *
 * -EINVAL if the file is no 64-bit ELF file in this machine's byte order; -ENODATA if it has no
 * version, or more than one.
 */
int elf_version_of_program(const char *name, int fd, char **ret_version, struct error *err);

#endif
