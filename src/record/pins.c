// SPDX-License-Identifier: Apache-2.0
#include "record/pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

#define IDENTITY "identity"
/* Limit of the numbers that name sets: more than can be left over by processes that ended. */
#define SETS_MAX 1000

/* True if a path is, or would be made, in a bpffs. */
static bool is_in_bpffs(const char *path)
{
	_cleanup_free_ char *parent = strdup(path);
	struct statfs fs;

	if (statfs(path, &fs) == 0)
		return fs.f_type == BPF_FS_MAGIC;
	return parent && statfs(dirname(parent), &fs) == 0 && fs.f_type == BPF_FS_MAGIC;
}

static int open_directory(const char *path, int *ret_fd, struct error *err)
{
	_cleanup_close_ int fd = -1;
	struct statfs fs;

	/* Elsewhere the directory would be of no use, and in sysfs it cannot be made. */
	if (!is_in_bpffs(path))
		return error_set(err, ENOTSUP,
				 "%s is in no bpffs; mount one with 'mount -t bpf bpf DIRECTORY'",
				 path);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return error_set_errno(err, errno, "make the directory %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return error_set_errno(err, errno, "open the directory %s", path);
	if (fs.f_type != BPF_FS_MAGIC) /* it was replaced meanwhile */
		return error_set(err, ENOTSUP, "%s is in no bpffs", path);
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* Opens a directory to read it. Its name is relative to another one. */
static int open_entries(int parent, const char *name, DIR **ret_directory, struct error *err)
{
	_cleanup_close_ int fd =
		openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (!directory)
		return error_set_errno(err, errno, "read the directory %s", name);
	steal_fd(&fd);
	*ret_directory = directory;
	return 0;
}

/* Returns the name of the next entry, or NULL. The names of pins contain no dots. */
static const char *next_entry(DIR *directory)
{
	const struct dirent *entry;

	do {
		entry = readdir(directory);
	} while (entry && entry->d_name[0] == '.');
	return entry ? entry->d_name : NULL;
}

static int pin_set_open(const struct pins *pins, const char *name, struct pin_set *ret_set,
			struct error *err)
{
	struct pin_set set = PIN_SET_INIT;
	int r = 0;

	set.name = strdup(name);
	if (!set.name || asprintf(&set.path, "%s/%s", pins->path, name) < 0) {
		set.path = NULL;
		pin_set_close(&set);
		return error_nomem(err);
	}
	r = pin_set_get(&set, IDENTITY, &set.identity, err);
	if (r < 0 && r != -ENOENT) {
		pin_set_close(&set);
		return r;
	}
	*ret_set = set;
	return 0;
}

/* Returns the process id of the owner, as far as it can be read, or 0. */
static pid_t owner_of(const struct pins *pins)
{
	_cleanup_closedir_ DIR *directory = NULL;
	struct pins_identity identity = {};
	const char *name;

	if (open_entries(AT_FDCWD, pins->path, &directory, NULL) < 0)
		return 0;
	for (name = next_entry(directory); name && !identity.owner; name = next_entry(directory)) {
		struct pin_set set;

		if (pin_set_open(pins, name, &set, NULL) < 0)
			continue;
		if (pin_set_read(&set, &identity, NULL) < 0)
			identity.owner = 0;
		pin_set_close(&set);
	}
	return identity.owner;
}

/* Sets are directories whose names are numbers. Somebody may have named a directory of others. */
static bool is_set(const struct pins *pins, const char *name)
{
	struct stat st;

	return name[strspn(name, "0123456789")] == '\0' &&
	       fstatat(pins->lock, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int refuse_others(const struct pins *pins, struct error *err)
{
	_cleanup_closedir_ DIR *directory = NULL;
	const char *name;
	int r = open_entries(pins->lock, ".", &directory, err);

	if (r < 0)
		return r;
	for (name = next_entry(directory); name; name = next_entry(directory))
		if (!is_set(pins, name))
			return error_set(err, EEXIST,
					 "%s/%s was not pinned by recorder, which needs a "
					 "directory of its own",
					 pins->path, name);
	return 0;
}

int pins_open(const char *path, struct pins *ret_pins, struct error *err)
{
	struct pins pins = PINS_INIT;
	_cleanup_close_ int fd = -1;
	int r = open_directory(path, &fd, err);

	if (r < 0)
		return r;
	pins.path = strdup(path);
	if (!pins.path)
		return error_nomem(err);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		r = error_set(err, EBUSY, "another recorder, process %d, uses %s", owner_of(&pins),
			      path);
		pins_close(&pins);
		return r;
	}
	pins.lock = steal_fd(&fd);
	r = refuse_others(&pins, err);
	if (r < 0) {
		pins_close(&pins);
		return r;
	}
	*ret_pins = pins;
	return 0;
}

bool pins_are_open(const struct pins *pins)
{
	return pins->lock >= 0;
}

static int remove_set(const struct pins *pins, const char *name, struct error *err)
{
	_cleanup_closedir_ DIR *directory = NULL;
	const char *pin;
	int r = open_entries(pins->lock, name, &directory, err);

	if (r < 0)
		return r;
	/* Without the identity, nobody takes over what is left if this process ends now. */
	unlinkat(dirfd(directory), IDENTITY, 0);
	rewinddir(directory);
	for (pin = next_entry(directory); pin; pin = next_entry(directory))
		if (unlinkat(dirfd(directory), pin, 0) < 0)
			return error_set_errno(err, errno, "remove %s/%s/%s", pins->path, name,
					       pin);
	if (unlinkat(pins->lock, name, AT_REMOVEDIR) < 0)
		return error_set_errno(err, errno, "remove %s/%s", pins->path, name);
	return 0;
}

int pins_remove(struct pins *pins, struct error *err)
{
	_cleanup_closedir_ DIR *directory = NULL;
	const char *name;
	int r = open_entries(pins->lock, ".", &directory, err);

	if (r < 0)
		return r;
	for (name = next_entry(directory); name && r == 0; name = next_entry(directory))
		r = remove_set(pins, name, err);
	return r;
}

void pins_close(struct pins *pins)
{
	if (pins->lock >= 0)
		close(pins->lock);
	free(pins->path);
	*pins = (struct pins)PINS_INIT;
}

static int keep_or_remove(const struct pins *pins, const char *name, struct pin_set **sets,
			  size_t *count, struct error *err)
{
	struct pin_set set, *grown;
	int r = pin_set_open(pins, name, &set, err);
	if (r < 0)
		return r;
	if (set.identity < 0) {
		pin_set_close(&set);
		return remove_set(pins, name, err);
	}
	grown = array_grow(*sets, *count, sizeof(**sets));
	if (!grown) {
		pin_set_close(&set);
		return error_nomem(err);
	}
	*sets = grown;
	grown[(*count)++] = set;
	return 0;
}

int pins_open_sets(const struct pins *pins, struct pin_set **ret_sets, size_t *ret_count,
		   struct error *err)
{
	_cleanup_closedir_ DIR *directory = NULL;
	const char *name;
	int r = open_entries(pins->lock, ".", &directory, err);

	*ret_sets = NULL;
	*ret_count = 0;
	if (r < 0)
		return r;
	for (name = next_entry(directory); name && r == 0; name = next_entry(directory))
		r = keep_or_remove(pins, name, ret_sets, ret_count, err);
	if (r == 0)
		return 0;
	while (*ret_count > 0)
		pin_set_close(&(*ret_sets)[--*ret_count]);
	free(*ret_sets);
	*ret_sets = NULL;
	return r;
}

int pins_add_set(const struct pins *pins, struct pin_set *ret_set, struct error *err)
{
	char name[16];
	int i;

	for (i = 1; i <= SETS_MAX; i++) {
		snprintf(name, sizeof(name), "%d", i);
		if (mkdirat(pins->lock, name, 0700) == 0)
			return pin_set_open(pins, name, ret_set, err);
		if (errno != EEXIST)
			break;
	}
	return error_set_errno(err, errno, "make a directory in %s", pins->path);
}

int pins_remove_set(const struct pins *pins, struct pin_set *set, struct error *err)
{
	int r = remove_set(pins, set->name, err);

	pin_set_close(set);
	return r;
}

int pin_set_read(const struct pin_set *set, struct pins_identity *ret_identity, struct error *err)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), key = 0;

	/* Another layout may have another size. */
	if (set->identity < 0 || bpf_obj_get_info_by_fd(set->identity, &info, &size) < 0 ||
	    info.value_size != sizeof(*ret_identity) ||
	    bpf_map_lookup_elem(set->identity, &key, ret_identity) < 0)
		return error_set(err, ENOENT, "%s was pinned by another version", set->path);
	return 0;
}

int pin_set_write(struct pin_set *set, const struct pins_identity *identity, struct error *err)
{
	bool exists = set->identity >= 0;
	__u32 key = 0;

	if (!exists)
		set->identity = bpf_map_create(BPF_MAP_TYPE_ARRAY, IDENTITY, sizeof(key),
					       sizeof(*identity), 1, NULL);
	if (set->identity < 0 || bpf_map_update_elem(set->identity, &key, identity, BPF_ANY) < 0)
		return error_set_errno(err, errno, "store whose the pins are");
	return exists ? 0 : pin_set_add(set, IDENTITY, set->identity, err);
}

static int path_of(const struct pin_set *set, const char *name, char path[PATH_MAX],
		   struct error *err)
{
	if (snprintf(path, PATH_MAX, "%s/%s", set->path, name) >= PATH_MAX)
		return error_set(err, ENAMETOOLONG, "the path %s is too long", set->path);
	return 0;
}

int pin_set_add(const struct pin_set *set, const char *name, int fd, struct error *err)
{
	char path[PATH_MAX];
	int r = path_of(set, name, path, err);

	if (r < 0)
		return r;
	if (bpf_obj_pin(fd, path) < 0)
		return error_set_errno(err, errno, "pin %s", path);
	return 0;
}

int pin_set_get(const struct pin_set *set, const char *name, int *ret_fd, struct error *err)
{
	char path[PATH_MAX];
	int fd, r = path_of(set, name, path, err);

	if (r < 0)
		return r;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return error_set_errno(err, errno, "open the pinned %s", path);
	*ret_fd = fd;
	return 0;
}

void pin_set_close(struct pin_set *set)
{
	if (set->identity >= 0)
		close(set->identity);
	free(set->name);
	free(set->path);
	*set = (struct pin_set)PIN_SET_INIT;
}
