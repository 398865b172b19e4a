// SPDX-License-Identifier: Apache-2.0
//
// The versions of this machine's programs, as they say themselves; and files that are cut and
// changed.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf/elf_file.h"
#include "elf/elf_library.h"
#include "elf/elf_version.h"
#include "elf/go_build_info.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

#define PROGRAM_MAX (256 << 20)

static int open_program(const char *name)
{
	static const char *const directories[] = { "/usr/bin", "/usr/sbin" };
	size_t i;

	for (i = 0; i < 2; i++) {
		_cleanup_free_ char *path = NULL;
		int fd;

		assert_true(asprintf(&path, "%s/%s", directories[i], name) > 0);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

/* The word after so many others in a line of "NAME --version", without what a distribution adds. */
static char *said_version(const char *command)
{
	char line[256], *version = NULL;
	FILE *output = popen(command, "r");

	assert_non_null(output);
	assert_non_null(fgets(line, sizeof(line), output));
	pclose(output);
	version = strstr(line, "version ");
	assert_non_null(version);
	version += strlen("version ");
	return strndup(version, strspn(version, "0123456789."));
}

static void check_runtime(const char *name, const char *command)
{
	_cleanup_close_ int fd = open_program(name);
	_cleanup_free_ char *version = NULL, *said = NULL;
	struct error err = ERROR_INIT;

	if (fd < 0)
		skip();
	if (elf_version_of_program(name, fd, &version, &err) < 0)
		fail_msg("%s: %s", name, error_message(&err));
	said = said_version(command);
	assert_string_equal(version, said);
}

static void runc_is_what_it_says(void **state)
{
	check_runtime("runc", "runc --version");
}

static void crun_is_what_it_says(void **state)
{
	check_runtime("crun", "crun --version");
}

static void containerd_is_what_it_says(void **state)
{
	check_runtime("containerd", "containerd --version | sed 's/^[^ ]* [^ ]*/version/'");
}

static void dockerd_is_what_it_says(void **state)
{
	check_runtime("dockerd", "dockerd --version");
}

static void podman_is_what_it_says(void **state)
{
	check_runtime("podman", "podman --version");
}

/* The test is linked with the library itself, so that the loader knows, too. */
static void the_library_is_found_by_its_link(void **state)
{
	_cleanup_close_ int fd = open_program("runc");
	_cleanup_close_ int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ char *version = NULL, *said = NULL;
	struct error err = ERROR_INIT;

	if (fd < 0)
		skip();
	if (elf_library_version("libseccomp", fd, root, &version, &err) < 0)
		fail_msg("%s", error_message(&err));
	said = said_version("runc --version | sed -n 's/^libseccomp:/version/p'");
	assert_string_equal(version, said);
	assert_int_equal(elf_library_version("libsecc", fd, root, &version, &err), -ENOENT);
	assert_non_null(strstr(error_message(&err), "libsecc"));
	error_finish(&err);
	close(steal_fd(&root));
	root = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(elf_library_version("libseccomp", fd, root, &said, &err), -ENODATA);
	error_finish(&err);
}

static void an_unknown_version_is_not_guessed(void **state)
{
	static const struct {
		const char *program;
		const char *name;
	} others[] = {
		/* Its variables have versions of everything. */
		{ "containerd", "runc" }, { "containerd", "dockerd" }, { "runc", "crun" },
		{ "crun", "runc" },	  { "runc", "youki" },	       { "bash", "crun" },
		{ "bash", "runc" },	  { "runc", "podman" },	       { "podman", "crio" },
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		_cleanup_close_ int fd = open_program(others[i].program);
		_cleanup_error_ struct error err = ERROR_INIT;
		char *version = NULL;

		if (fd < 0)
			continue;
		assert_int_equal(elf_version_of_program(others[i].name, fd, &version, &err),
				 -ENODATA);
		assert_non_null(err.message);
		assert_null(version);
	}
}

static void a_program_of_go_tells_its_compiler(void **state)
{
	_cleanup_close_ int fd = open_program("runc");
	_cleanup_elf_file_ struct elf_file *file = NULL;
	struct go_build_info info;

	if (fd < 0)
		skip();
	assert_int_equal(elf_file_open(fd, &file, NULL), 0);
	info = go_build_info_read(file);
	assert_true(info.compiler.size > 4);
	assert_memory_equal(info.compiler.text, "go1.", 4);
	assert_int_equal(info.path.size, strlen("github.com/opencontainers/runc"));
}

/* Small files made by hand, for what no program of this machine is. */
static void each_form_is_read(void **state)
{
	static const struct {
		const char *name;
		const char *path;
		const char *version;
	} forms[] = {
		{ "crun", "tests/fuzz/corpus/elf/crun", "1.8.1" },
		{ "runc", "tests/fuzz/corpus/elf/runc", "1.1.5" },
		/* Its pointers are among what the loader relocates. */
		{ "runc", "tests/fuzz/corpus/elf/runc-pie", "1.1.5" },
		/* For arm64, with the version of its module only. */
		{ "runc", "tests/fuzz/corpus/elf/runc-module", "1.1.12" },
		/* In the linker's flags, beside versions of others. */
		{ "dockerd", "tests/fuzz/corpus/elf/dockerd", "20.10.24" },
		/* Next to the name of its module. */
		{ "containerd", "tests/fuzz/corpus/elf/containerd", "2.1.9" },
		/* In the code of a function. The length in arm64's is loaded as a run of bits. */
		{ "podman", "tests/fuzz/corpus/elf/podman", "5.4.2" },
		{ "podman", "tests/fuzz/corpus/elf/podman-arm64", "5.10.2" },
	};
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		_cleanup_close_ int fd = open(forms[i].path, O_RDONLY | O_CLOEXEC);
		_cleanup_free_ char *version = NULL;

		assert_true(fd >= 0);
		assert_int_equal(elf_version_of_program(forms[i].name, fd, &version, NULL), 0);
		assert_string_equal(version, forms[i].version);
	}
}

static void a_library_that_is_linked_in_is_found(void **state)
{
	static const char *const files[] = { "tests/fuzz/corpus/elf/seccomp",
					     "tests/fuzz/corpus/elf/seccomp-arm64" };
	_cleanup_close_ int without = open("tests/fuzz/corpus/elf/runc", O_RDONLY | O_CLOEXEC);
	_cleanup_error_ struct error err = ERROR_INIT;
	char *untouched = NULL;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		_cleanup_close_ int fd = open(files[i], O_RDONLY | O_CLOEXEC);
		_cleanup_free_ char *version = NULL;

		assert_true(fd >= 0);
		assert_int_equal(elf_library_linked_seccomp(fd, &version, NULL), 0);
		assert_string_equal(version, "2.5.4");
	}
	assert_int_equal(elf_library_linked_seccomp(without, &untouched, &err), -ENODATA);
	assert_null(untouched);
}

static int memory_file(const void *data, size_t size)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, data, size), 0);
	return fd;
}

/*
 * Whatever it says of such a file, it says without harm and in one of the ways that are promised.
 */
static void check_hostile(const char *name, const void *data, size_t size)
{
	_cleanup_close_ int fd = memory_file(data, size);
	_cleanup_close_ int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_error_ struct error err = ERROR_INIT, other = ERROR_INIT;
	char *version = NULL;
	int r = elf_version_of_program(name, fd, &version, &err);

	assert_true(r == 0 || r == -EINVAL || r == -ENODATA);
	assert_int_equal(r < 0, version == NULL);
	free(version);
	version = NULL;
	r = elf_library_version("libseccomp", fd, root, &version, &other);
	assert_true(r == 0 || r == -EINVAL || r == -ENODATA || r == -ENOENT);
	free(version);
	version = NULL;
	error_finish(&other);
	r = elf_library_linked_seccomp(fd, &version, &other);
	assert_true(r == 0 || r == -EINVAL || r == -ENODATA);
	free(version);
}

static void hostile_files_do_no_harm(void **state)
{
	_cleanup_free_ char *data = NULL, *changed = NULL;
	_cleanup_free_ char *path = realpath("/usr/bin/crun", NULL);
	size_t size, at;
	unsigned int seed = 1;
	int i;

	check_hostile("runc", "", 0);
	check_hostile("runc",
		      "\x7f"
		      "ELF",
		      4);
	check_hostile("crun", "#!/bin/sh\n", 10);
	if (!path)
		skip();
	assert_int_equal(file_read(AT_FDCWD, path, PROGRAM_MAX, &data, &size, NULL), 0);
	for (at = 0; at < 64; at++)
		check_hostile("crun", data, at);
	for (at = 1; at < 32; at++)
		check_hostile("crun", data, size / 32 * at);
	/* Headers of the file, of programs and of sections, one byte after another. */
	changed = malloc(size);
	assert_non_null(changed);
	for (i = 0; i < 300; i++) {
		memcpy(changed, data, size);
		at = i < 64 ? (size_t)i : size - 1 - rand_r(&seed) % 2048;
		changed[at] ^= 1 << rand_r(&seed) % 8 | 0x80;
		check_hostile("crun", changed, size);
	}
}

static void only_regular_files_are_read(void **state)
{
	_cleanup_close_ int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_error_ struct error err = ERROR_INIT;
	char *version = NULL;
	int ends[2];

	assert_int_equal(elf_version_of_program("runc", directory, &version, &err), -EINVAL);
	assert_int_equal(elf_version_of_program("runc", -1, &version, &err), -EINVAL);
	/* Reading would wait for ever. */
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(elf_version_of_program("runc", ends[0], &version, &err), -EINVAL);
	close(ends[0]);
	close(ends[1]);
	assert_null(version);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runc_is_what_it_says),
		cmocka_unit_test(crun_is_what_it_says),
		cmocka_unit_test(containerd_is_what_it_says),
		cmocka_unit_test(dockerd_is_what_it_says),
		cmocka_unit_test(podman_is_what_it_says),
		cmocka_unit_test(the_library_is_found_by_its_link),
		cmocka_unit_test(an_unknown_version_is_not_guessed),
		cmocka_unit_test(a_program_of_go_tells_its_compiler),
		cmocka_unit_test(each_form_is_read),
		cmocka_unit_test(a_library_that_is_linked_in_is_found),
		cmocka_unit_test(hostile_files_do_no_harm),
		cmocka_unit_test(only_regular_files_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
