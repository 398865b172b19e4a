/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_PINS_H
#define RECORD_PINS_H

/*
 * A directory of a bpffs in which a recorder pins its maps, programs and links, so that they live
 * on when its process ends. One process at a time owns the directory, by a lock that the kernel
 * releases when the process ends, however it ends.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/object.h"
#include "record/recorder.h"

struct error;

struct pins {
	char *path;
	int lock;     /* the locked directory; -1: not pinned */
	int identity; /* map with one struct pins_identity; -1 before it exists */
};

/*
 * What a later process has to know before it uses the pins. It is pinned last, so pins without it
 * are those of a process that ended while it pinned.
 */
struct pins_identity {
	uint64_t build; /* of the BPF programs: another build may place its data elsewhere */
	struct object_options options;
	pid_t owner;
	struct recorder_totals seen; /* the losses when the owner last looked at the slots */
};

/*
 * Takes the directory, and makes it if needed. The caller closes ret_pins. -EBUSY if another
 * process owns it, which the message names; -ENOTSUP if it is in no bpffs.
 */
int pins_open(const char *path, struct pins *ret_pins, struct error *err);

/* Reads the identity. -ENOENT if nothing complete is pinned. */
int pins_read(struct pins *pins, struct pins_identity *ret_identity, struct error *err);

/* Writes the identity, and pins it if it is not pinned yet. */
int pins_write(struct pins *pins, const struct pins_identity *identity, struct error *err);

/* True between pins_open() and pins_close(). */
bool pins_are_open(const struct pins *pins);

/* Pins a descriptor under a name. */
int pins_add(const struct pins *pins, const char *name, int fd, struct error *err);

/* Opens what is pinned under a name. The caller closes ret_fd. -ENOENT if there is nothing. */
int pins_get(const struct pins *pins, const char *name, int *ret_fd, struct error *err);

/* Removes everything that is pinned. The kernel frees what no process has open. */
int pins_remove(struct pins *pins, struct error *err);

/* Releases the directory, and leaves what is pinned. Accepts pins that were never opened. */
void pins_close(struct pins *pins);

#define PINS_INIT                          \
	{                                  \
		.lock = -1, .identity = -1 \
	}

#endif
