// SPDX-License-Identifier: Apache-2.0
#include "elf/go_build_info.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "elf/elf_file.h"

/*
 * Layout, from Go's debug/buildinfo: 14 bytes of magic, the size of pointers, flags. Two
 * strings begin at byte 32.
 */
#define MAGIC "\xff Go buildinf:"
#define FLAGS_AT 15
#define STRINGS_INLINE 2
#define STRINGS_AT 32
#define MARK_SIZE 16

/*
 * Takes a string that follows its length in base 128. Moves *at past it. False if it exceeds
 * size.
 */
static bool take_string(const uint8_t *bytes, size_t size, size_t *at, struct go_text *ret_text)
{
	uint64_t length = 0;
	unsigned int shift;

	for (shift = 0; shift < 35; shift += 7) {
		uint8_t byte;

		if (*at >= size)
			return false;
		byte = bytes[(*at)++];
		length |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			break;
	}
	if (length > size - *at)
		return false;
	*ret_text = (struct go_text){ (const char *)bytes + *at, length };
	*at += length;
	return true;
}

/* The index-th of the words in a line that are separated by tabs; empty if there are fewer. */
static struct go_text word(const char *line, size_t size, size_t index)
{
	for (;; index--) {
		const char *tab = memchr(line, '\t', size);
		size_t length = tab ? (size_t)(tab - line) : size;

		if (index == 0)
			return (struct go_text){ line, length };
		if (!tab)
			return (struct go_text){};
		line += length + 1;
		size -= length + 1;
	}
}

static bool is(struct go_text text, const char *expected)
{
	return text.size == strlen(expected) && memcmp(text.text, expected, text.size) == 0;
}

/* The rest of a setting such as "-ldflags=…"; empty for other settings. */
static struct go_text linker_flags(struct go_text setting)
{
	static const char key[] = "-ldflags=";
	size_t length = strlen(key);

	if (setting.size < length || memcmp(setting.text, key, length) != 0)
		return (struct go_text){};
	return (struct go_text){ setting.text + length, setting.size - length };
}

/* Reads lines such as "path<tab>github.com/…" and "mod<tab>path<tab>version<tab>sum". */
static void read_lines(struct go_text text, struct go_build_info *info)
{
	const char *line = text.text, *end = text.text + text.size;

	while (line < end) {
		const char *newline = memchr(line, '\n', end - line);
		size_t size = (newline ? newline : end) - line;

		if (is(word(line, size, 0), "path") && !info->path.size)
			info->path = word(line, size, 1);
		else if (is(word(line, size, 0), "mod") && !info->version.size)
			info->version = word(line, size, 2);
		else if (is(word(line, size, 0), "build") && !info->flags.size)
			info->flags = linker_flags(word(line, size, 1));
		line += size + 1;
	}
}

struct go_build_info go_build_info_read(struct elf_file *file)
{
	struct go_build_info info = {};
	struct go_text lines;
	size_t size, at = STRINGS_AT;
	const uint8_t *bytes = elf_file_section(file, ".go.buildinfo", &size);

	if (!bytes || size < STRINGS_AT || memcmp(bytes, MAGIC, strlen(MAGIC)) != 0 ||
	    !(bytes[FLAGS_AT] & STRINGS_INLINE) || !take_string(bytes, size, &at, &info.compiler) ||
	    !take_string(bytes, size, &at, &lines) || lines.size < 2 * MARK_SIZE)
		return info;
	/* The marks before and after the lines help debuggers to find them. */
	lines.text += MARK_SIZE;
	lines.size -= 2 * MARK_SIZE;
	read_lines(lines, &info);
	return info;
}
