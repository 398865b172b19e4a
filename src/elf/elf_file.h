/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_ELF_FILE_H
#define ELF_ELF_FILE_H

/*
 * The sections of a program or library file, and the strings in them. The file is a 64-bit ELF
 * file in the byte order of this machine, for any machine. It is not trusted: each size is
 * checked against ELF_FILE_SECTION_MAX and against the file, and no part of it is run.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

struct elf_file;
struct error;

/* More than the largest programs for containers need (kubelet: 40 MiB). */
#define ELF_FILE_SECTION_MAX (128 << 20)

/*
 * Opens a file. fd is borrowed until the caller destroys ret_file. -EINVAL if it is no such
 * file.
 */
int elf_file_open(int fd, struct elf_file **ret_file, struct error *err);
void elf_file_destroy(struct elf_file *file);
DEFINE_CLEANUP(struct elf_file *, elf_file_destroy);
#define _cleanup_elf_file_ _cleanup_(cleanup_elf_file_destroy)

/* The bytes of a section, borrowed from file, or NULL if there is none of that name. */
const uint8_t *elf_file_section(struct elf_file *file, const char *name, size_t *ret_size);

/* The address of a section in the program; 0 if there is none of that name. */
uint64_t elf_file_section_address(struct elf_file *file, const char *name);

/* True if the program is for arm64. */
bool elf_file_is_arm64(struct elf_file *file);

/*
 * The distance in pages of 4096 bytes that arm64's instruction ADRP has, from the page of the
 * instruction.
 */
int64_t elf_arm64_page_distance(uint32_t instruction);

/*
 * The bytes at an address of the program, borrowed from file, or NULL if the file does not have
 * all of them.
 */
const uint8_t *elf_file_at(struct elf_file *file, uint64_t address, size_t size);

/*
 * Calls handler for each relative relocation: a pointer that the loader fills in without a
 * symbol. place is the address of the pointer, and value the address to which it will point. In
 * a position-independent program the values are here and not in the section of the pointers.
 */
typedef void elf_file_relative(struct elf_file *file, uint64_t place, uint64_t value, void *data);
void elf_file_relatives(struct elf_file *file, elf_file_relative *handler, void *data);

/* The index-th library that the program needs, such as "libc.so.6", or NULL at the end. */
const char *elf_file_needed(struct elf_file *file, size_t index);

#endif
