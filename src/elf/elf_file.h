/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_ELF_FILE_H
#define ELF_ELF_FILE_H

/*
 * A program or library as a file: its sections, and the strings in them. Of 64 bits and the byte
 * order of this machine, for whatever machine. The file may be anybody's: each size is checked
 * against ELF_FILE_SECTION_MAX and against the file, and nothing of it is run.
 */
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

struct elf_file;
struct error;

/* Beyond what the largest program of the container world has (kubelet: 40 MiB). */
#define ELF_FILE_SECTION_MAX (128 << 20)

/*
 * fd is borrowed until the destruction. -EINVAL for what is no such file. The caller destroys
 * ret_file.
 */
int elf_file_open(int fd, struct elf_file **ret_file, struct error *err);
void elf_file_destroy(struct elf_file *file);
DEFINE_CLEANUP(struct elf_file *, elf_file_destroy);
#define _cleanup_elf_file_ _cleanup_(cleanup_elf_file_destroy)

/* A section's bytes, borrowed from file, or NULL when it has none of that name. */
const uint8_t *elf_file_section(struct elf_file *file, const char *name, size_t *ret_size);

/*
 * The bytes at an address of the program, borrowed from file, or NULL when the file has not all of
 * them.
 */
const uint8_t *elf_file_at(struct elf_file *file, uint64_t address, size_t size);

/*
 * Calls handler for each pointer that the program's loader fills in without asking for a symbol:
 * the address where it is, and the address to which it will point. Programs that may be loaded
 * anywhere have their pointers here and not in the section.
 */
typedef void elf_file_relative(struct elf_file *file, uint64_t place, uint64_t value, void *data);
void elf_file_relatives(struct elf_file *file, elf_file_relative *handler, void *data);

/* The index-th library that the program asks for, such as "libc.so.6", or NULL at the end. */
const char *elf_file_needed(struct elf_file *file, size_t index);

#endif
