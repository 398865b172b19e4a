// SPDX-License-Identifier: Apache-2.0
#include "container/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "elf/elf_library.h"
#include "elf/elf_version.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

static const struct {
	const char *word; /* in a handler, shim type or path, between '/', '.', '-' and '_' */
	const char *name;
	bool visible;
} runtimes[] = {
	{ "runc", "runc", true },    { "crun", "crun", true },	   { "youki", "youki", true },
	{ "runsc", "runsc", false }, { "gvisor", "runsc", false }, { "kata", "kata", false },
	{ "krun", "krun", false },
};

static const char *const usual_directories[] = {
	"/usr/bin",
	"/usr/sbin",
	"/usr/local/bin",
	"/usr/local/sbin",
	"/usr/lib/cri-o",
	"/opt/bin",
	"/var/lib/rancher/k3s/data/current/bin",
};

const char *runtime_name_of(const char *text)
{
	static const char separators[] = "/.-_";
	size_t i, length;

	for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
		length = strcspn(text, separators);
		for (i = 0; i < array_size(runtimes); i++)
			if (strlen(runtimes[i].word) == length &&
			    memcmp(text, runtimes[i].word, length) == 0)
				return runtimes[i].name;
		text += length;
	}
	return NULL;
}

bool runtime_is_visible(const char *name)
{
	size_t i;

	for (i = 0; i < array_size(runtimes); i++)
		if (strcmp(runtimes[i].name, name) == 0)
			return runtimes[i].visible;
	return true;
}

/* True for a program that only root and the caller can change. Others are not believed. */
static bool is_trusted(const struct stat *st)
{
	return S_ISREG(st->st_mode) && !(st->st_mode & 022) && st->st_mode & 0111 &&
	       (st->st_uid == 0 || st->st_uid == geteuid());
}

/* Opens such a program. Returns a negative errno for anything else; never waits, as for a FIFO. */
static int open_program(const char *path, struct stat *ret_status)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fstat(fd, ret_status) < 0)
		return -errno;
	return is_trusted(ret_status) ? steal_fd(&fd) : -EPERM;
}

static bool is_trusted_program(const char *path, struct stat *ret_status)
{
	return stat(path, ret_status) == 0 && is_trusted(ret_status);
}

static char *find_program(const char *name)
{
	size_t i;

	for (i = 0; i < array_size(usual_directories); i++) {
		struct stat st;
		char *path;

		if (asprintf(&path, "%s/%s", usual_directories[i], name) < 0)
			return NULL;
		if (is_trusted_program(path, &st))
			return path;
		free(path);
	}
	return NULL;
}

static void add_program(struct runtime_programs *programs, const char *directory, const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct stat st;

	if (asprintf(&path, "%s/%s", directory, name) < 0) {
		path = NULL;
		return;
	}
	/* Directories may be links to others. */
	if (programs->length == RUNTIME_PROGRAMS_MAX || !is_trusted_program(path, &st) ||
	    runtime_programs_name(programs, st.st_size))
		return;
	programs->items[programs->length].size = st.st_size;
	programs->items[programs->length++].name = name;
}

void runtime_programs_find(struct runtime_programs *ret_programs)
{
	size_t i, k;

	*ret_programs = (struct runtime_programs){};
	for (i = 0; i < array_size(runtimes); i++)
		for (k = 0; k < array_size(usual_directories) && runtimes[i].visible; k++)
			add_program(ret_programs, usual_directories[k], runtimes[i].name);
}

const char *runtime_programs_name(const struct runtime_programs *programs, uint64_t size)
{
	size_t i;

	for (i = 0; i < programs->length && size; i++)
		if (programs->items[i].size == size)
			return programs->items[i].name;
	return NULL;
}

/*
 * Cached versions. A node starts containers by the hundred, and the programs are large. A program
 * that was replaced is another file, so it is read again. For all threads.
 */
static pthread_mutex_t known_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct known_version {
	dev_t device;
	ino_t inode;
	struct timespec changed;
	char name[16], version[32];
} known_versions[8];

/* Returns a copy, owned by the caller, or NULL. */
static char *find_known(const struct stat *st, const char *name)
{
	char *version = NULL;
	size_t i;

	pthread_mutex_lock(&known_mutex);
	for (i = 0; i < array_size(known_versions) && !version; i++) {
		struct known_version *known = &known_versions[i];

		if (known->device == st->st_dev && known->inode == st->st_ino &&
		    known->changed.tv_sec == st->st_ctim.tv_sec &&
		    known->changed.tv_nsec == st->st_ctim.tv_nsec && strcmp(known->name, name) == 0)
			version = strdup(known->version);
	}
	pthread_mutex_unlock(&known_mutex);
	return version;
}

static void remember(const struct stat *st, const char *name, const char *version)
{
	static size_t next;
	struct known_version known = {
		.device = st->st_dev,
		.inode = st->st_ino,
		.changed = st->st_ctim,
	};

	if (strlen(version) >= sizeof(known.version) || strlen(name) >= sizeof(known.name))
		return;
	strcpy(known.name, name);
	strcpy(known.version, version);
	pthread_mutex_lock(&known_mutex);
	known_versions[next++ % array_size(known_versions)] = known;
	pthread_mutex_unlock(&known_mutex);
}

int program_version(const char *name, const char *path, char **ret_version, struct error *err)
{
	_cleanup_free_ char *version = NULL;
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	fd = open_program(path, &st);
	if (fd == -EPERM)
		return error_set(err, EPERM,
				 "%s may not be used: a user other than root could have changed it",
				 path);
	if (fd < 0)
		return error_set_errno(err, -fd, "open the program %s", path);
	version = find_known(&st, name);
	if (!version) {
		r = elf_version_of_program(name, fd, &version, err);
		if (r < 0)
			return error_prefix(err, "read the version of %s", path);
		remember(&st, name, version);
	}
	*ret_version = steal_pointer(&version);
	return 0;
}

/* Returns the path of the runtime's program, owned by the caller, or NULL. */
static char *choose_program(const char *name, const char *binary)
{
	struct stat st;

	if (binary && binary[0] == '/' && is_trusted_program(binary, &st))
		return strdup(binary);
	return find_program(name);
}

int runtime_version(const char *name, const char *binary, char **ret_version, struct error *err)
{
	_cleanup_free_ char *path = choose_program(name, binary);

	if (!path)
		return error_set(err, ENOENT, "there is no program %s in the usual directories",
				 name);
	return program_version(name, path, ret_version, err);
}

int runtime_library_version(const char *name, char **ret_version, struct error *err)
{
	_cleanup_free_ char *path = choose_program(name, NULL);
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1;
	struct stat st;
	int r;

	if (!path)
		return error_set(err, ENOENT, "there is no program %s in the usual directories",
				 name);
	fd = open_program(path, &st);
	if (fd < 0 || root < 0)
		return error_set_errno(err, fd < 0 ? -fd : EACCES, "open the program %s", path);
	r = elf_library_version("libseccomp", fd, root, ret_version, err);
	if (r == -ENOENT) {
		error_finish(err);
		r = elf_library_linked_seccomp(fd, ret_version, err);
	}
	return r < 0 ? error_prefix(err, "find the libseccomp of %s", path) : 0;
}
