// SPDX-License-Identifier: Apache-2.0
#include "elf/go_function.h"

#include <string.h>

#include "elf/elf_file.h"
#include "elf/go_strings.h"
#include "util/array.h"

/* Longer than any that is asked for. */
#define CODE_MAX (1 << 20)

/* Source of the layouts: runtime/symtab.go (pcHeader, moduledata) of Go 1.18 to 1.27. */
#define MAGIC_1_18 0xfffffff0
#define MAGIC_1_20 0xfffffff1
#define HEADER_COUNT 0	   /* number of functions; words after the first 8 bytes */
#define HEADER_NAMES 3	   /* offset of their names */
#define HEADER_NAMES_END 4 /* offset of the table after the names */
#define HEADER_FUNCTIONS 7 /* offset of the list of functions */
#define MODULE_TEXT 22	   /* the word that has the address of the code */

struct table {
	const uint8_t *bytes;
	size_t size;
	uint64_t header[8];
	uint64_t text; /* the address to which the list's addresses are relative */
};

/* An entry of the list of functions, and the beginning of what the entry leads to. */
struct entry {
	uint32_t address;
	uint32_t offset;
};

/*
 * Finds the runtime's description of the program, which begins with the addresses of the table
 * and of the names in it. Only this one has the address of the code in all versions of Go.
 */
static bool find_text(struct elf_file *file, uint64_t address, struct table *table)
{
	static const char *const sections[] = { ".go.module", ".noptrdata", ".data" };
	uint64_t words[MODULE_TEXT + 1];
	size_t i, at, size;

	for (i = 0; i < array_size(sections); i++) {
		const uint8_t *bytes = elf_file_section(file, sections[i], &size);

		for (at = 0; bytes && at <= size && size - at >= sizeof(words);
		     at += sizeof(uint64_t)) {
			memcpy(words, bytes + at, 2 * sizeof(words[0]));
			if (words[0] != address ||
			    words[1] != address + table->header[HEADER_NAMES])
				continue;
			memcpy(words, bytes + at, sizeof(words));
			table->text = words[MODULE_TEXT];
			return true;
		}
	}
	return false;
}

static bool read_table(struct elf_file *file, struct table *ret_table)
{
	static const char section[] = ".gopclntab";
	uint32_t magic;
	size_t i;

	ret_table->bytes = elf_file_section(file, section, &ret_table->size);
	if (!ret_table->bytes || ret_table->size < 8 + sizeof(ret_table->header))
		return false;
	memcpy(&magic, ret_table->bytes, sizeof(magic));
	if (magic != MAGIC_1_18 && magic != MAGIC_1_20)
		return false;
	memcpy(ret_table->header, ret_table->bytes + 8, sizeof(ret_table->header));
	for (i = HEADER_NAMES; i <= HEADER_FUNCTIONS; i++)
		if (ret_table->header[i] > ret_table->size)
			return false;
	return ret_table->header[HEADER_NAMES] < ret_table->header[HEADER_NAMES_END] &&
	       find_text(file, elf_file_section_address(file, section), ret_table);
}

/* True if the text up to function, which ends it, is module, maybe with a major version. */
static bool is_name(const char *text, size_t size, const char *module)
{
	size_t length = strlen(module);

	return size >= length && memcmp(text, module, length) == 0 &&
	       go_major_length(text + length, size - length) == size - length;
}

/* Returns the offset of the function's name among the names, or -1. */
static int64_t find_name(const struct table *table, const char *module, const char *function)
{
	const char *names = (const char *)table->bytes + table->header[HEADER_NAMES];
	size_t size = table->header[HEADER_NAMES_END] - table->header[HEADER_NAMES];
	size_t length = strlen(function) + 1; /* with the NUL that ends the name */
	const char *at = names;

	while ((at = memmem(at, names + size - at, function, length))) {
		const char *before = memrchr(names, '\0', at - names);

		before = before ? before + 1 : names;
		if (is_name(before, at - before, module))
			return before - names;
		at++;
	}
	return -1;
}

static bool read_entry(const struct table *table, uint64_t index, struct entry *ret_entry)
{
	uint64_t at = table->header[HEADER_FUNCTIONS];

	if (index > table->header[HEADER_COUNT] || (table->size - at) / sizeof(*ret_entry) <= index)
		return false;
	memcpy(ret_entry, table->bytes + at + index * sizeof(*ret_entry), sizeof(*ret_entry));
	return true;
}

/* The function that an entry leads to begins with its address and the offset of its name. */
static bool has_name(const struct table *table, const struct entry *entry, int64_t name)
{
	uint64_t at = table->header[HEADER_FUNCTIONS] + entry->offset;
	int32_t offset;

	if (at > table->size || table->size - at < sizeof(uint32_t) + sizeof(offset))
		return false;
	memcpy(&offset, table->bytes + at + sizeof(uint32_t), sizeof(offset));
	return offset == name;
}

bool go_function_find(struct elf_file *file, const char *module, const char *function,
		      struct go_function *ret_function)
{
	struct entry entry, next;
	struct table table;
	uint64_t i;
	int64_t name;

	if (!read_table(file, &table))
		return false;
	name = find_name(&table, module, function);
	for (i = 0; name >= 0 && read_entry(&table, i, &entry); i++) {
		if (!has_name(&table, &entry, name))
			continue;
		/* After the last function, the list has the address of the end. */
		if (!read_entry(&table, i + 1, &next) || next.address <= entry.address ||
		    next.address - entry.address > CODE_MAX)
			return false;
		ret_function->address = table.text + entry.address;
		ret_function->size = next.address - entry.address;
		ret_function->code = elf_file_at(file, ret_function->address, ret_function->size);
		return ret_function->code;
	}
	return false;
}
