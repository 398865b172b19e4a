// SPDX-License-Identifier: Apache-2.0
//
// The program file of a container runtime, from which its version is read.
#include "input.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf/elf_library.h"
#include "elf/elf_version.h"
#include "util/cleanup.h"
#include "util/file.h"

/* A version has only digits and dots, and is short. */
static void check(int r, char *version, struct error *err)
{
	if (failed(r, err)) {
		assert(!version);
		return;
	}
	assert(*version && strlen(version) < 32);
	assert(strspn(version, "0123456789.") == strlen(version));
	free(version);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "runc", "crun", "containerd", "dockerd", "podman" };
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int fd = memfd_create("program", MFD_CLOEXEC);
	struct error err = ERROR_INIT;
	char *version;
	size_t i;

	assert(fd >= 0 && root >= 0 && file_write_all(fd, (const char *)data, size) == 0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		version = NULL;
		check(elf_version_of_program(names[i], fd, &version, &err), version, &err);
	}
	version = NULL;
	check(elf_library_version("libseccomp", fd, root, &version, &err), version, &err);
	version = NULL;
	check(elf_library_linked_seccomp(fd, &version, &err), version, &err);
	return 0;
}
