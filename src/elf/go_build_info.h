/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_GO_BUILD_INFO_H
#define ELF_GO_BUILD_INFO_H

/* What the compiler of Go writes into programs: debug/buildinfo of its library, since Go 1.18. */
#include <stddef.h>

struct elf_file;

/* Borrowed from the file, not terminated, with a size of 0 where it is not told. */
struct go_text {
	const char *text;
	size_t size;
};

struct go_build_info {
	struct go_text compiler; /* "go1.19.8" */
	struct go_text path;	 /* of the main package, "github.com/opencontainers/runc" */
	struct go_text version;	 /* of the main module, "v1.1.12" or "(devel)" */
};

/* All is empty for a program that is not of Go, or of an older one. */
struct go_build_info go_build_info_read(struct elf_file *file);

#endif
