// SPDX-License-Identifier: Apache-2.0
#include "elf/elf_version.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "elf/elf_file.h"
#include "elf/go_build_info.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

#define VERSION_MAX 32 /* including the NUL */
#define TEXT_MAX 64    /* of a version with a distribution's suffix */

/* The first version that was found. ambiguous is set if a different one was found, too. */
struct finding {
	char version[VERSION_MAX];
	bool ambiguous;
};

/*
 * The length of the numbers at the start of a text ("1.1.5" of "1.1.5+ds1"). 0 if there are
 * fewer than least numbers, or if they are followed by anything but a suffix.
 */
static size_t version_length(const char *text, size_t size, int least)
{
	size_t at = 0, end = 0;
	int numbers = 0;

	while (at < size && isdigit((unsigned char)text[at])) {
		while (at < size && isdigit((unsigned char)text[at]))
			at++;
		end = at;
		numbers++;
		if (at >= size || text[at] != '.')
			break;
		at++;
	}
	if (numbers < least || end >= VERSION_MAX || at != end)
		return 0;
	return end == size || strchr("+-~\n", text[end]) ? end : 0;
}

static void find(struct finding *finding, const char *text, size_t size, int least)
{
	size_t length = version_length(text, size, least);

	if (!length)
		return;
	if (!*finding->version)
		memcpy(finding->version, text, length);
	else if (strlen(finding->version) != length || memcmp(finding->version, text, length) != 0)
		finding->ambiguous = true;
}

/* Looks for a version in a Go string, given by its address and length. */
static void find_go_string(struct elf_file *file, uint64_t address, uint64_t size,
			   struct finding *finding)
{
	const uint8_t *text;

	if (size < strlen("0.0.0") || size > TEXT_MAX || !address)
		return;
	text = elf_file_at(file, address, size);
	if (text)
		find(finding, (const char *)text, size, 3);
}

static void find_relative(struct elf_file *file, uint64_t place, uint64_t value, void *data)
{
	const uint8_t *length = elf_file_at(file, place + sizeof(uint64_t), sizeof(uint64_t));
	uint64_t size;

	if (!length)
		return;
	memcpy(&size, length, sizeof(size));
	find_go_string(file, value, size, data);
}

/*
 * Finds the value of the variable main.version. A stripped program keeps only the values of
 * variables, not their names. Of runc's string variables only this one, and the same version
 * with the packager's suffix, look like a version.
 */
static void find_in_variables(struct elf_file *file, struct finding *finding)
{
	size_t at, size = 0;
	const uint8_t *data = elf_file_section(file, ".data", &size);
	uint64_t string[2];

	for (at = 0; data && size - at >= sizeof(string); at += sizeof(uint64_t)) {
		memcpy(string, data + at, sizeof(string));
		find_go_string(file, string[0], string[1], finding);
	}
	elf_file_relatives(file, find_relative, finding);
}

static void find_in_go_program(struct elf_file *file, const char *path, struct finding *finding)
{
	const struct go_build_info info = go_build_info_read(file);
	const struct go_text *version = &info.version;

	if (info.path.size != strlen(path) || memcmp(info.path.text, path, info.path.size) != 0)
		return;
	find_in_variables(file, finding);
	if (*finding->version && !finding->ambiguous)
		return;
	*finding = (struct finding){};
	/*
	 * v0.0.0-… is a commit without a version. No version that begins with v0 was ever built
	 * by a Go that writes build information.
	 */
	if (version->size > 1 && version->text[0] == 'v' && version->text[1] != '0')
		find(finding, version->text + 1, version->size - 1, 3);
}

/*
 * crun prints its version with a distinctive format string. The compiler lays strings out in
 * the order of their use, so the version is next to the format.
 */
static void find_beside_format(struct elf_file *file, const char *ignored, struct finding *finding)
{
	static const char format[] = "\0%s version %s\n"; /* the array includes the NUL */
	size_t size = 0, end;
	const char *text = (const char *)elf_file_section(file, ".rodata", &size);
	const char *at = text ? memmem(text, size, format, sizeof(format)) : NULL;
	const char *before;

	if (!at)
		return;
	before = memrchr(text, '\0', at - text);
	if (before)
		find(finding, before + 1, at - before - 1, 2);
	if (*finding->version)
		return;
	at += sizeof(format);
	end = strnlen(at, text + size - at);
	find(finding, at, end, 2);
}

static const struct {
	const char *name;
	void (*find)(struct elf_file *file, const char *path, struct finding *finding);
	const char *path; /* of the main package in Go */
} runtimes[] = {
	{ "crun", find_beside_format, NULL },
	{ "runc", find_in_go_program, "github.com/opencontainers/runc" },
};

int elf_version_of_runtime(const char *name, int fd, char **ret_version, struct error *err)
{
	_cleanup_elf_file_ struct elf_file *file = NULL;
	struct finding finding = {};
	char *version;
	size_t i;
	int r = elf_file_open(fd, &file, err);

	if (r < 0)
		return r;
	for (i = 0; i < array_size(runtimes); i++)
		if (strcmp(runtimes[i].name, name) == 0)
			runtimes[i].find(file, runtimes[i].path, &finding);
	if (!*finding.version || finding.ambiguous)
		return error_set(err, ENODATA, "the program's file has no certain version");
	version = strdup(finding.version);
	if (!version)
		return error_nomem(err);
	*ret_version = version;
	return 0;
}

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

static bool read_link_version(int root, const char *directory, const char *needed,
			      struct finding *finding)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *mark;
	ssize_t size;

	if (snprintf(path, sizeof(path), "%s/%s", directory, needed) >= (int)sizeof(path))
		return false;
	size = readlinkat(root, path, target, sizeof(target) - 1);
	if (size < 0)
		return false;
	target[size] = '\0';
	mark = strstr(target, ".so.");
	if (mark)
		find(finding, mark + strlen(".so."), strlen(mark + strlen(".so.")), 3);
	return *finding->version;
}

int elf_version_of_library(const char *name, int fd, int root, char **ret_version,
			   struct error *err)
{
	_cleanup_elf_file_ struct elf_file *file = NULL;
	struct finding finding = {};
	const char *needed;
	char *version;
	size_t i;
	int r = elf_file_open(fd, &file, err);

	if (r < 0)
		return r;
	needed = find_needed(file, name);
	if (!needed)
		return error_set(err, ENOENT, "the program asks for no library %s", name);
	for (i = 0; i < array_size(directories); i++)
		if (read_link_version(root, directories[i], needed, &finding))
			break;
	if (!*finding.version)
		return error_set(err, ENODATA, "no link has the version of %s", needed);
	version = strdup(finding.version);
	if (!version)
		return error_nomem(err);
	*ret_version = version;
	return 0;
}
