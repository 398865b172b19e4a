/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_PINS_H
#define RECORD_PINS_H

/*
 * A directory of a bpffs in which a recorder pins its maps, programs and links, so that they live
 * on when its process ends. One process at a time owns the directory, by a lock that the kernel
 * releases when the process ends, however it ends.
 *
 * In the directory, each set of programs has a directory of its own. There is more than one only
 * while a recorder replaces the programs of another build, or with other options.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/object.h"
#include "record/recorder.h"

struct error;

struct pins {
	char *path;
	int lock; /* the locked directory; -1: not pinned */
};

/*
 * The facts that a later process needs before it uses a set. It is pinned last, so a set without it
 * is that of a process that ended while it pinned.
 */
struct pins_identity {
	uint32_t layout; /* RECORDER_LAYOUT, at the beginning in every layout */
	pid_t owner;
	uint64_t build; /* of the BPF programs: another build may place its data elsewhere */
	struct object_options options;
	struct recorder_totals seen; /* the losses when the owner last looked at the slots */
	/*
	 * From CLOCK_BOOTTIME to the time of day, for all owners: what they say of one cgroup has
	 * to have the same times, because its beginning identifies it.
	 */
	int64_t boot_to_epoch;
};

struct pin_set {
	char *name; /* NULL: no set */
	char *path;
	int identity; /* map with one struct pins_identity; -1 before it exists */
};

/*
 * Takes the directory, and makes it if needed. The caller closes ret_pins. -EBUSY if another
 * process owns it, which the message names; -ENOTSUP if it is in no bpffs; -EEXIST if it holds
 * anything that is not recorder's, which nothing here removes.
 */
int pins_open(const char *path, struct pins *ret_pins, struct error *err);

/* True between pins_open() and pins_close(). */
bool pins_are_open(const struct pins *pins);

/* Removes everything that is pinned. The kernel frees what no process has open. */
int pins_remove(struct pins *pins, struct error *err);

/* Releases the directory, and leaves what is pinned. Accepts pins that were never opened. */
void pins_close(struct pins *pins);

/*
 * Opens all sets that have an identity, and removes the others. The caller closes each set,
 * and frees the array.
 */
int pins_open_sets(const struct pins *pins, struct pin_set **ret_sets, size_t *ret_count,
		   struct error *err);

/* Makes an empty set. The caller closes it. */
int pins_add_set(const struct pins *pins, struct pin_set *ret_set, struct error *err);

/* Removes a set, and closes it. */
int pins_remove_set(const struct pins *pins, struct pin_set *set, struct error *err);

/* Reads the identity. -ENOENT if it is of another layout. */
int pin_set_read(const struct pin_set *set, struct pins_identity *ret_identity, struct error *err);

/* Writes the identity, and pins it if it is not pinned yet. */
int pin_set_write(struct pin_set *set, const struct pins_identity *identity, struct error *err);

/* Pins a descriptor under a name. */
int pin_set_add(const struct pin_set *set, const char *name, int fd, struct error *err);

/* Opens what is pinned under a name. The caller closes ret_fd. -ENOENT if there is nothing. */
int pin_set_get(const struct pin_set *set, const char *name, int *ret_fd, struct error *err);

/* Leaves what is pinned. */
void pin_set_close(struct pin_set *set);

#define PINS_INIT          \
	{                  \
		.lock = -1 \
	}
#define PIN_SET_INIT           \
	{                      \
		.identity = -1 \
	}

#endif
