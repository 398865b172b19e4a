// SPDX-License-Identifier: Apache-2.0
#include "elf/elf_version.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "elf/elf_file.h"
#include "elf/go_build_info.h"
#include "elf/go_strings.h"
#include "util/array.h"
#include "util/error.h"

#define VERSION_MAX 32 /* including the NUL */

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

/* The same for a tag such as "v1.7.27". */
static void find_tag(struct finding *finding, const char *text, size_t size, int least)
{
	bool tag = size && *text == 'v';

	find(finding, text + tag, size - tag, least);
}

/* Where a program that the Go compiler built has its version. */
struct go_program {
	const char *module;  /* of the program; the major version may follow: "…/containerd/v2" */
	const char *command; /* what follows the module in the path of the main package */
	/* The variable that a packager sets with the linker's -X: "PACKAGE" or "PACKAGE/v2", "…". */
	const char *package, *variable;
	/* Of the variables that are strings with the form of a version, these are the program's. */
	enum {
		VARIABLES_NONE,
		VARIABLES_ALL,
		VARIABLES_BESIDE_MODULE, /* next to one whose value is the module */
	} variables;
	const char *function; /* its first constant of that form is; NULL */
};

static const struct go_program runc = {
	.module = "github.com/opencontainers/runc",
	.command = "",
	.package = "main",
	.variable = ".version",
	.variables = VARIABLES_ALL, /* others have none, or the same with the packager's suffix */
};
static const struct go_program containerd = {
	.module = "github.com/containerd/containerd",
	.command = "/cmd/containerd",
	.package = "github.com/containerd/containerd",
	.variable = "/version.Version",
	.variables = VARIABLES_BESIDE_MODULE,
};
static const struct go_program docker = {
	.module = "github.com/docker/docker",
	.command = "/cmd/dockerd",
	.package = "github.com/docker/docker",
	.variable = "/dockerversion.Version",
};
/* Docker since version 29. */
static const struct go_program moby = {
	.module = "github.com/moby/moby",
	.command = "/cmd/dockerd",
	.package = "github.com/moby/moby",
	.variable = "/dockerversion.Version",
};
static const struct go_program podman = {
	.module = "github.com/containers/podman",
	.command = "/cmd/podman",
	.function = "/version.init", /* var Version = semver.MustParse("4.3.1") */
};
static const struct go_program crio = {
	.module = "github.com/cri-o/cri-o",
	.command = "/cmd/crio",
};

/* True if text is name, maybe with a major version after it. */
static bool is_module(const char *text, size_t size, const char *name)
{
	size_t length = strlen(name);

	return size >= length && memcmp(text, name, length) == 0 &&
	       go_major_length(text + length, size - length) == size - length;
}

/* True if path is that of the program's main package. */
static bool is_main_package(struct go_text path, const struct go_program *program)
{
	size_t length = strlen(program->command);

	return path.size && path.size >= length &&
	       memcmp(path.text + path.size - length, program->command, length) == 0 &&
	       is_module(path.text, path.size - length, program->module);
}

/* The beginning of the word of the linker's flags that ends at a place. Quotes end words, too. */
static const char *word_start(const char *text, const char *at)
{
	while (at > text && !strchr(" \t\"'\\", at[-1]))
		at--;
	return at;
}

/* Finds the value in the linker's flags: "-X PACKAGE.VARIABLE=VALUE". */
static void find_in_flags(struct go_text flags, const struct go_program *program,
			  struct finding *finding)
{
	const char *at = flags.text, *end = flags.text + flags.size, *start;
	size_t length = program->variable ? strlen(program->variable) : 0, size;

	while (length && at < end && (at = memmem(at, end - at, program->variable, length))) {
		start = word_start(flags.text, at);
		size = at - start;
		at += length;
		if (at == end || *at != '=' || !is_module(start, size, program->package))
			continue;
		for (start = ++at; at < end && !strchr(" \t\"'\\", *at);)
			at++;
		find_tag(finding, start, at - start, 3);
	}
}

/* The address of a variable whose value is the program's module; 0 before it is found. */
struct module_search {
	const struct go_program *program;
	uint64_t place;
};

static void find_module(uint64_t place, const char *text, size_t size, void *data)
{
	struct module_search *search = data;

	if (is_module(text, size, search->program->module))
		search->place = place;
}

/* The variables with addresses in this range. */
struct variable_search {
	uint64_t from, to;
	struct finding *finding;
};

static void find_variable(uint64_t place, const char *text, size_t size, void *data)
{
	const struct variable_search *search = data;

	if (place >= search->from && place <= search->to)
		find_tag(search->finding, text, size, 3);
}

/*
 * A stripped program keeps only the values of variables, not their names. The linker orders
 * variables by their size, and then as their packages have them.
 */
static void find_in_variables(struct elf_file *file, const struct go_program *program,
			      struct finding *finding)
{
	static const uint64_t near = 2 * 2 * sizeof(uint64_t); /* two strings before or after */
	struct variable_search search = { .to = UINT64_MAX, .finding = finding };
	struct module_search module = { .program = program };

	if (program->variables == VARIABLES_NONE)
		return;
	if (program->variables == VARIABLES_BESIDE_MODULE) {
		go_strings_visit_variables(file, find_module, &module);
		if (module.place < near)
			return;
		search.from = module.place - near;
		search.to = module.place + near;
	}
	go_strings_visit_variables(file, find_variable, &search);
}

static void find_first(uint64_t place, const char *text, size_t size, void *data)
{
	struct finding *finding = data;

	if (!*finding->version)
		find(finding, text, size, 3);
}

static void find_in_module(struct go_text version, struct finding *finding)
{
	/* v0.0.0-… is a commit without a version. */
	if (version.size > 1 && version.text[0] == 'v' && version.text[1] != '0')
		find_tag(finding, version.text, version.size, 3);
}

/* True if one version was found. Otherwise begins again. */
static bool is_found(struct finding *finding)
{
	if (*finding->version && !finding->ambiguous)
		return true;
	*finding = (struct finding){};
	return false;
}

static void find_in_go_program(struct elf_file *file, const void *data, struct finding *finding)
{
	const struct go_program *program = data;
	const struct go_build_info info = go_build_info_read(file);

	if (!is_main_package(info.path, program))
		return;
	find_in_flags(info.flags, program, finding);
	if (!is_found(finding))
		find_in_variables(file, program, finding);
	if (!is_found(finding) && program->function)
		go_strings_visit_function(file, program->module, program->function, find_first,
					  finding);
	if (!is_found(finding))
		find_in_module(info.version, finding);
}

/*
 * crun prints its version with a distinctive format string. The compiler lays strings out in
 * the order of their use, so the version is next to the format.
 */
static void find_beside_format(struct elf_file *file, const void *ignored, struct finding *finding)
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
	void (*find)(struct elf_file *file, const void *data, struct finding *finding);
	const void *data;
} programs[] = {
	{ "crun", find_beside_format, NULL },
	{ "runc", find_in_go_program, &runc },
	{ "containerd", find_in_go_program, &containerd },
	{ "dockerd", find_in_go_program, &docker },
	{ "dockerd", find_in_go_program, &moby },
	{ "podman", find_in_go_program, &podman },
	{ "crio", find_in_go_program, &crio },
};

int elf_version_of_program(const char *name, int fd, char **ret_version, struct error *err)
{
	_cleanup_elf_file_ struct elf_file *file = NULL;
	struct finding finding = {};
	char *version;
	size_t i;
	int r = elf_file_open(fd, &file, err);

	if (r < 0)
		return r;
	for (i = 0; i < array_size(programs) && !*finding.version; i++)
		if (strcmp(programs[i].name, name) == 0)
			programs[i].find(file, programs[i].data, &finding);
	if (!is_found(&finding))
		return error_set(err, ENODATA, "the program does not tell its version");
	version = strdup(finding.version);
	if (!version)
		return error_nomem(err);
	*ret_version = version;
	return 0;
}
