// SPDX-License-Identifier: Apache-2.0
#include "elf/elf_library.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "elf/elf_file.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

/* The file name by which the program needs a library ("libseccomp.so.2"), or NULL. */
static const char *find_needed(struct elf_file *file, const char *name)
{
	const char *needed;
	size_t i, length = strlen(name);

	for (i = 0; (needed = elf_file_needed(file, i)); i++)
		if (strncmp(needed, name, length) == 0 && str_has_prefix(needed + length, ".so.") &&
		    !strchr(needed, '/'))
			return needed;
	return NULL;
}

/* The directories that loaders search on common distributions and architectures. */
static const char *const directories[] = {
	"usr/lib64",
	"usr/lib/x86_64-linux-gnu",
	"usr/lib/aarch64-linux-gnu",
	"lib64",
	"lib/x86_64-linux-gnu",
	"lib/aarch64-linux-gnu",
	"usr/lib",
	"lib",
};

/* Copies the numbers after ".so." in a file's name: "2.5.4" of "libseccomp.so.2.5.4"; or NULL. */
static char *version_of_name(const char *name)
{
	static const char mark[] = ".so.";
	const char *at = strstr(name, mark);
	int dots = 0;
	size_t i;

	if (!at)
		return NULL;
	at += strlen(mark);
	for (i = 0; at[i]; i++) {
		bool dot = at[i] == '.' && i > 0 && isdigit((unsigned char)at[i - 1]);

		if (!dot && !isdigit((unsigned char)at[i]))
			return NULL;
		dots += dot;
	}
	return dots == 2 && at[i - 1] != '.' ? strdup(at) : NULL;
}

static char *read_link_version(int root, const char *directory, const char *needed)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t size;

	if (snprintf(path, sizeof(path), "%s/%s", directory, needed) >= (int)sizeof(path))
		return NULL;
	size = readlinkat(root, path, target, sizeof(target) - 1);
	if (size < 0)
		return NULL;
	target[size] = '\0';
	return version_of_name(target);
}

int elf_library_version(const char *name, int fd, int root, char **ret_version, struct error *err)
{
	_cleanup_elf_file_ struct elf_file *file = NULL;
	const char *needed;
	size_t i;
	int r = elf_file_open(fd, &file, err);

	if (r < 0)
		return r;
	needed = find_needed(file, name);
	if (!needed)
		return error_set(err, ENOENT, "the program asks for no library %s", name);
	for (i = 0; i < array_size(directories); i++) {
		char *version = read_link_version(root, directories[i], needed);

		if (!version)
			continue;
		*ret_version = version;
		return 0;
	}
	return error_set(err, ENODATA, "nothing tells the version of %s", needed);
}

/*
 * The function is "return &library_version;", where the variable has three numbers. In the code
 * of the two machines: lea rax, [rip + distance]; ret, and adrp x0; add x0, x0; ret.
 */
struct numbers {
	uint32_t major, minor, micro;
};

/* The range of versions is wide enough for what is to come, and small for numbers by chance. */
static bool is_version(const struct numbers *numbers)
{
	return numbers->major == 2 && numbers->minor >= 1 && numbers->minor < 20 &&
	       numbers->micro < 30;
}

/* Returns the address that the function at code returns, or 0 if it is no such function. */
static uint64_t returned_by_x86_64(const uint8_t *code, uint64_t address)
{
	static const uint8_t lea[] = { 0x48, 0x8d, 0x05 };
	int32_t distance;

	if (memcmp(code, lea, sizeof(lea)) != 0 || code[7] != 0xc3)
		return 0;
	memcpy(&distance, code + sizeof(lea), sizeof(distance));
	return address + 7 + distance;
}

static uint64_t returned_by_arm64(const uint8_t *code, uint64_t address)
{
	uint32_t word[3];
	int64_t pages;

	memcpy(word, code, sizeof(word));
	if ((word[0] & 0x9f00001f) != 0x90000000 || (word[1] & 0xffc003ff) != 0x91000000 ||
	    word[2] != 0xd65f03c0)
		return 0;
	pages = elf_arm64_page_distance(word[0]);
	return (address & ~0xfffULL) + (uint64_t)pages * 4096 + ((word[1] >> 10) & 0xfff);
}

/* Finds the numbers in the program. False if there are none, or several. */
static bool find_numbers(struct elf_file *file, struct numbers *ret_numbers)
{
	bool arm64 = elf_file_is_arm64(file), found = false;
	size_t i, size = 0, step = arm64 ? 4 : 1, length = arm64 ? 12 : 8;
	const uint8_t *code = elf_file_section(file, ".text", &size), *bytes;
	uint64_t address = elf_file_section_address(file, ".text"), returned;
	struct numbers numbers;

	for (i = 0; code && i + length <= size; i += step) {
		returned = arm64 ? returned_by_arm64(code + i, address + i) :
				   returned_by_x86_64(code + i, address + i);
		bytes = returned ? elf_file_at(file, returned, sizeof(numbers)) : NULL;
		if (!bytes)
			continue;
		memcpy(&numbers, bytes, sizeof(numbers));
		if (!is_version(&numbers))
			continue;
		if (found && memcmp(&numbers, ret_numbers, sizeof(numbers)) != 0)
			return false;
		*ret_numbers = numbers;
		found = true;
	}
	return found;
}

int elf_library_linked_seccomp(int fd, char **ret_version, struct error *err)
{
	_cleanup_elf_file_ struct elf_file *file = NULL;
	struct numbers numbers;
	char *version;
	int r = elf_file_open(fd, &file, err);

	if (r < 0)
		return r;
	if (!find_numbers(file, &numbers))
		return error_set(err, ENODATA, "nothing tells the version of its libseccomp");
	if (asprintf(&version, "%u.%u.%u", numbers.major, numbers.minor, numbers.micro) < 0)
		return error_nomem(err);
	*ret_version = version;
	return 0;
}
