/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_RECORD_H
#define CONTAINER_CONTAINER_RECORD_H

/*
 * What engines write down about their containers, running or not: the name that the user gave, and
 * the image. Docker does so in a file for each container, Podman and CRI-O in one for all.
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
	uid_t owner;	    /* whose word this is: owner.h */
};

struct container_records {
	struct container_record *items;
	size_t length;
};

/*
 * The containers whose id begins with reference, or whose name is reference; "" for all. root is ""
 * or a test's directory. What cannot be read is passed over.
 */
int container_records_find(const char *root, const char *reference,
			   struct container_records *ret_records, struct error *err);
void container_records_finish(struct container_records *records);
#define _cleanup_container_records_ _cleanup_(container_records_finish)

/* Moves a record into the list; the record is empty afterwards. */
int container_records_add(struct container_records *records, struct container_record *record,
			  struct error *err);
void container_record_finish(struct container_record *record);
#define _cleanup_container_record_ _cleanup_(container_record_finish)

/* As container_states_choose(). */
const struct container_record *container_records_choose(const struct container_records *records,
							const char *id, uid_t owner);

/* True if the record is one that container_records_find() looks for. */
bool container_record_matches(const struct container_record *record, const char *reference);

/* Of two strings of JSON the copy of text; nothing for what is no text or empty. */
void container_record_set(char **to, const char *text);

#endif
