/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_GO_STRINGS_H
#define ELF_GO_STRINGS_H

/*
 * The strings of a program that the Go compiler built. A stripped program has no names of
 * variables, and its string constants follow one another without an end. Only the places that
 * refer to a string tell where it begins and how long it is.
 */
#include <stddef.h>
#include <stdint.h>

struct elf_file;

/*
 * Called for a string, which is borrowed from the file and not terminated. place is the address
 * of the variable or of the instruction that refers to it.
 */
typedef void go_strings_visitor(uint64_t place, const char *text, size_t size, void *data);

/* Longer strings are passed over. */
#define GO_STRINGS_MAX 128

/* Visits the initial values of string variables. */
void go_strings_visit_variables(struct elf_file *file, go_strings_visitor *visit, void *data);

/*
 * Visits the string constants in the code of a function, in the order of the code. The name of
 * the function is that of a module ("github.com/containers/podman") and of what follows it
 * ("/version.init"), maybe with the module's major version ("/v5") between them. Reads the code
 * of x86-64 and arm64. Visits nothing if there is no such function.
 */
void go_strings_visit_function(struct elf_file *file, const char *module, const char *function,
			       go_strings_visitor *visit, void *data);

/* The length of a major version ("/v5") at the beginning of text; 0 if there is none. */
size_t go_major_length(const char *text, size_t size);

#endif
