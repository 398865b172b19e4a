/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_GO_BUILD_INFO_H
#define ELF_GO_BUILD_INFO_H

/*
 * Build information that the Go compiler writes into programs since Go 1.18; see
 * debug/buildinfo in Go's library.
 */
#include <stddef.h>

struct elf_file;

/* A string that is borrowed from the file and not terminated. size is 0 if it is not known. */
struct go_text {
	const char *text;
	size_t size;
};

struct go_build_info {
	struct go_text compiler; /* "go1.19.8" */
	struct go_text path;	 /* of the main package, "github.com/opencontainers/runc" */
	struct go_text version;	 /* of the main module, "v1.1.12" or "(devel)" */
	struct go_text flags;	 /* of the linker, "-X main.version=1.1.12", quoted by Go's rules */
};

/*
 * Reads the build information. All of it is empty if an older Go, or another compiler, built
 * the program.
 */
struct go_build_info go_build_info_read(struct elf_file *file);

#endif
