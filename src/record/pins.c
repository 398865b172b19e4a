// SPDX-License-Identifier: Apache-2.0
#include "record/pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

#include "util/cleanup.h"
#include "util/error.h"

#define IDENTITY "identity"

static int path_of(const struct pins *pins, const char *name, char path[PATH_MAX],
		   struct error *err)
{
	if (snprintf(path, PATH_MAX, "%s/%s", pins->path, name) >= PATH_MAX)
		return error_set(err, ENAMETOOLONG, "the path %s is too long", pins->path);
	return 0;
}

static int open_directory(const char *path, int *ret_fd, struct error *err)
{
	_cleanup_close_ int fd = -1;
	struct statfs fs;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return error_set_errno(err, errno, "make the directory %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return error_set_errno(err, errno, "open the directory %s", path);
	if (fs.f_type != BPF_FS_MAGIC)
		return error_set(err, ENOTSUP,
				 "%s is in no bpffs; mount one with 'mount -t bpf bpf DIRECTORY'",
				 path);
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* Returns the process id of the owner, as far as it can be read, or 0. */
static pid_t owner_of(struct pins *pins)
{
	struct pins_identity identity;

	return pins_read(pins, &identity, NULL) == 0 ? identity.owner : 0;
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
	*ret_pins = pins;
	return 0;
}

bool pins_are_open(const struct pins *pins)
{
	return pins->lock >= 0;
}

int pins_add(const struct pins *pins, const char *name, int fd, struct error *err)
{
	char path[PATH_MAX];
	int r = path_of(pins, name, path, err);

	if (r < 0)
		return r;
	if (bpf_obj_pin(fd, path) < 0)
		return error_set_errno(err, errno, "pin %s", path);
	return 0;
}

int pins_get(const struct pins *pins, const char *name, int *ret_fd, struct error *err)
{
	char path[PATH_MAX];
	int fd, r = path_of(pins, name, path, err);

	if (r < 0)
		return r;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return error_set_errno(err, errno, "open the pinned %s", path);
	*ret_fd = fd;
	return 0;
}

int pins_read(struct pins *pins, struct pins_identity *ret_identity, struct error *err)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), key = 0;
	int r = pins->identity < 0 ? pins_get(pins, IDENTITY, &pins->identity, err) : 0;

	if (r < 0)
		return r;
	/* Another version may have another size. */
	if (bpf_obj_get_info_by_fd(pins->identity, &info, &size) < 0 ||
	    info.value_size != sizeof(*ret_identity) ||
	    bpf_map_lookup_elem(pins->identity, &key, ret_identity) < 0)
		return error_set(err, ENOENT, "%s was pinned by another version", pins->path);
	return 0;
}

int pins_write(struct pins *pins, const struct pins_identity *identity, struct error *err)
{
	bool exists = pins->identity >= 0;
	__u32 key = 0;

	if (!exists)
		pins->identity = bpf_map_create(BPF_MAP_TYPE_ARRAY, IDENTITY, sizeof(key),
						sizeof(*identity), 1, NULL);
	if (pins->identity < 0 || bpf_map_update_elem(pins->identity, &key, identity, BPF_ANY) < 0)
		return error_set_errno(err, errno, "store whose the pins are");
	return exists ? 0 : pins_add(pins, IDENTITY, pins->identity, err);
}

int pins_remove(struct pins *pins, struct error *err)
{
	DIR *directory = fdopendir(dup(pins->lock));
	const struct dirent *entry;
	int r = 0;

	if (!directory)
		return error_set_errno(err, errno, "read the directory %s", pins->path);
	/* Without the identity, nobody takes over what is left if this process ends now. */
	unlinkat(pins->lock, IDENTITY, 0);
	rewinddir(directory);
	for (entry = readdir(directory); entry && r == 0; entry = readdir(directory))
		if (entry->d_name[0] != '.' && unlinkat(pins->lock, entry->d_name, 0) < 0)
			r = error_set_errno(err, errno, "remove %s/%s", pins->path, entry->d_name);
	closedir(directory);
	if (pins->identity >= 0)
		close(pins->identity);
	pins->identity = -1;
	return r;
}

void pins_close(struct pins *pins)
{
	if (pins->identity >= 0)
		close(pins->identity);
	if (pins->lock >= 0)
		close(pins->lock);
	free(pins->path);
	*pins = (struct pins)PINS_INIT;
}
