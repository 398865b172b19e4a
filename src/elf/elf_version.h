/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_ELF_VERSION_H
#define ELF_ELF_VERSION_H

/*
 * Versions of programs and of their libraries, read from the files. Nothing is run: the programs of
 * a node cannot run in the image of an agent, and what was found need not be what it is called.
 */
struct error;

/*
 * The version ("1.1.5") of a container runtime, by its plain name ("runc", "crun"), in the program
 * that fd is. What a distribution adds to it is left out. The caller owns ret_version.
 *
 * -EINVAL for no program of 64 bits and this machine's byte order, -ENODATA when it does not tell,
 * or tells more than one.
 */
int elf_version_of_runtime(const char *name, int fd, char **ret_version, struct error *err);

/*
 * The version ("2.5.4") of a shared library, such as "libseccomp", that the program asks for: by
 * the name of the file to which its link points in the usual directories below root. The caller
 * owns ret_version.
 *
 * -EINVAL as above, -ENOENT when the program asks for no such library, which may be part of it,
 * -ENODATA when no link is found.
 */
int elf_version_of_library(const char *name, int fd, int root, char **ret_version,
			   struct error *err);

#endif
