/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_RECORD_H
#define CONTAINER_CONTAINER_RECORD_H

/*
 * Reads the records that engines keep about their containers, running or not: the name that the
 * user gave, the image and more. Docker keeps a record for each container; Podman and CRI-O
 * keep one list of all containers.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cgroup/cgroup_path.h"
#include "util/cleanup.h"

struct error;

struct container_record {
	char *id;
	enum container_engine engine;
	char *name;	    /* NULL without one */
	char *image;	    /* as the user wrote it; NULL when unknown */
	char *image_digest; /* "sha256:…"; NULL when unknown */
	char *runtime;	    /* "runc", "runsc", …; NULL when unknown */
	bool restarts;	    /* the engine starts it again when it has ended */
	bool active;	    /* it runs, or is about to be started again */
	uid_t owner;	    /* the user whose evidence this is; see owner.h */
};

struct container_records {
	struct container_record *items;
	size_t length;
};

/*
 * Finds the containers whose id begins with reference or whose name is reference; "" for all.
 * root is "" or a test's directory. Skips what cannot be read.
 */
int container_records_find(const char *root, const char *reference,
			   struct container_records *ret_records, struct error *err);
void container_records_finish(struct container_records *records);
#define _cleanup_container_records_ _cleanup_(container_records_finish)

/*
 * Moves a record into the list, which leaves record empty. Does nothing if the list already has
 * a record of the same id and owner.
 */
int container_records_add(struct container_records *records, struct container_record *record,
			  struct error *err);
void container_record_finish(struct container_record *record);
#define _cleanup_container_record_ _cleanup_(container_record_finish)

/* As container_states_choose(). */
const struct container_record *container_records_choose(const struct container_records *records,
							const char *id, uid_t owner);

/* True if container_records_find() selects the record for this reference. */
bool container_record_matches(const struct container_record *record, const char *reference);

/* Copies text to *to, unless *to is already set or text is NULL or empty. */
void container_record_set(char **to, const char *text);

#endif
