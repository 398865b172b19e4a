/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ELF_GO_FUNCTION_H
#define ELF_GO_FUNCTION_H

/*
 * The code of a function by its name. Go programs keep the names of functions even when they are
 * stripped, for the traces of their failures: the table of Go's debug/gosym, in the form that it
 * has since Go 1.18.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file;

struct go_function {
	uint64_t address;
	const uint8_t *code; /* borrowed from the file */
	size_t size;
};

/* Finds a function by its name, as go_strings_visit_function() describes it. */
bool go_function_find(struct elf_file *file, const char *module, const char *function,
		      struct go_function *ret_function);

#endif
