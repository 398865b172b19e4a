// SPDX-License-Identifier: Apache-2.0
#include "elf/go_strings.h"

#include <ctype.h>
#include <string.h>

#include "elf/elf_file.h"
#include "elf/go_function.h"

struct visit {
	go_strings_visitor *visit;
	void *data;
};

static void visit_string(struct elf_file *file, const struct visit *visit, uint64_t place,
			 uint64_t address, uint64_t size)
{
	const uint8_t *text;

	if (!address || !size || size > GO_STRINGS_MAX)
		return;
	text = elf_file_at(file, address, size);
	if (text)
		visit->visit(place, (const char *)text, size, visit->data);
}

static void visit_relative(struct elf_file *file, uint64_t place, uint64_t value, void *data)
{
	const uint8_t *length = elf_file_at(file, place + sizeof(uint64_t), sizeof(uint64_t));
	uint64_t size;

	if (!length)
		return;
	memcpy(&size, length, sizeof(size));
	visit_string(file, data, place, value, size);
}

void go_strings_visit_variables(struct elf_file *file, go_strings_visitor *visit, void *data)
{
	struct visit both = { visit, data };
	size_t at, size = 0;
	const uint8_t *bytes = elf_file_section(file, ".data", &size);
	uint64_t place = elf_file_section_address(file, ".data");
	uint64_t string[2];

	for (at = 0; bytes && size - at >= sizeof(string); at += sizeof(uint64_t)) {
		memcpy(string, bytes + at, sizeof(string));
		visit_string(file, &both, place + at, string[0], string[1]);
	}
	elf_file_relatives(file, visit_relative, &both);
}

/*
 * x86-64: "lea reg, [rip + distance]", and "mov reg, length" among the next instructions. The
 * Go compiler passes a string in two registers, so that they are close to each other.
 */
static void visit_x86_64(struct elf_file *file, const struct go_function *function,
			 const struct visit *visit)
{
	enum {
		LEA_SIZE = 7,
		MOV_SIZE = 5,
		MOV_FURTHEST = 16
	};
	const uint8_t *code = function->code;
	size_t i, k;

	for (i = 0; function->size - i >= LEA_SIZE + MOV_SIZE; i++) {
		int32_t distance;
		uint32_t length;

		if ((code[i] & 0xfb) != 0x48 || code[i + 1] != 0x8d || (code[i + 2] & 0xc7) != 0x05)
			continue;
		memcpy(&distance, code + i + 3, sizeof(distance));
		for (k = LEA_SIZE; k < MOV_FURTHEST && i + k + MOV_SIZE <= function->size; k++) {
			if ((code[i + k] & 0xf8) != 0xb8)
				continue;
			memcpy(&length, code + i + k + 1, sizeof(length));
			visit_string(file, visit, function->address + i,
				     function->address + i + LEA_SIZE + distance, length);
			break;
		}
	}
}

/* The value that MOVZ, or ORR of a run of bits with the zero register, loads; 0 for others. */
static uint64_t arm64_loaded_value(uint32_t instruction)
{
	unsigned int ones = ((instruction >> 10) & 63) + 1, turn = (instruction >> 16) & 63;
	uint64_t run;

	if ((instruction & 0xffe00000) == 0xd2800000)
		return (instruction >> 5) & 0xffff;
	if ((instruction & 0xffc003e0) != 0xb24003e0 || ones == 64)
		return 0;
	run = (1ULL << ones) - 1;
	return turn ? run >> turn | run << (64 - turn) : run;
}

/* arm64: ADRP and ADD load the address of a string, and one of the next instructions its length. */
static void visit_arm64(struct elf_file *file, const struct go_function *function,
			const struct visit *visit)
{
	enum {
		WORDS = 5
	};
	size_t i, k;

	for (i = 0; function->size - i >= WORDS * sizeof(uint32_t); i += sizeof(uint32_t)) {
		uint32_t word[WORDS];
		int64_t pages;
		uint64_t address, length = 0;

		memcpy(word, function->code + i, sizeof(word));
		if ((word[0] & 0x9f000000) != 0x90000000 || (word[1] & 0xffc00000) != 0x91000000 ||
		    (word[0] & 31) != ((word[1] >> 5) & 31))
			continue;
		pages = elf_arm64_page_distance(word[0]);
		address = ((function->address + i) & ~0xfffULL) + (uint64_t)pages * 4096 +
			  ((word[1] >> 10) & 0xfff);
		for (k = 2; k < WORDS && !length; k++)
			length = arm64_loaded_value(word[k]);
		visit_string(file, visit, function->address + i, address, length);
	}
}

void go_strings_visit_function(struct elf_file *file, const char *module, const char *function,
			       go_strings_visitor *visit, void *data)
{
	struct visit both = { visit, data };
	struct go_function found;

	if (!go_function_find(file, module, function, &found))
		return;
	if (elf_file_is_arm64(file))
		visit_arm64(file, &found, &both);
	else
		visit_x86_64(file, &found, &both);
}

size_t go_major_length(const char *text, size_t size)
{
	size_t at = 2;

	if (size < 3 || memcmp(text, "/v", 2) != 0)
		return 0;
	while (at < size && isdigit((unsigned char)text[at]))
		at++;
	return at > 2 ? at : 0;
}
