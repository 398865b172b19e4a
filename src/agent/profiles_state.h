/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PROFILES_STATE_H
#define AGENT_PROFILES_STATE_H

/*
 * What the files of profiles.h share: profiles.c has the events and decides what is due,
 * profiles_work.c has it done, and profiles_claims.c decides whose a path is.
 */
#include <sys/queue.h>

#include "agent/profile_entry.h"
#include "agent/profiles.h"

struct kube_reflector;
struct profile_fetch;

/* How many profiles are got from the API server at the same time. */
#define FETCHES_MAX 4

/* A profile whose objects are being fetched. */
struct fetching {
	struct profiles *profiles;
	struct profile_entry *entry; /* NULL: this place is free */
	struct profile_fetch *fetch;
};

struct profiles {
	struct profiles_options options;
	const struct profiles_handlers *handlers;
	void *data;
	struct name_table entries;
	struct work_queue *queue;
	struct kube_reflector *reflector;
	struct fetching fetches[FETCHES_MAX];
	LIST_HEAD(, work) works; /* that the files are doing */
	size_t busy;
	bool known;
};

/* Something failed that can work later. */
void profiles_retry(struct profiles *profiles, struct profile_entry *entry, int result,
		    const struct error *err);

/* Reports what this node did about a profile, unless it has not done anything yet. */
void profiles_report(struct profiles *profiles, const struct profile_entry *entry);

/* Has a profile dealt with soon, or again once it is not busy. */
void profiles_touch(struct profiles *profiles, struct profile_entry *entry);

void profiles_set_busy(struct profiles *profiles, struct profile_entry *entry, bool busy);

/* The plan that was carried out, or is being carried out, is out of date. */
void profiles_forget_plan(struct profile_entry *entry);

/* Tells the owner if nothing is left to do. */
void profiles_look_if_settled(struct profiles *profiles);

/*
 * Carries out a plan, which it takes over. fingerprint is that of the object that was planned for, or
 * NULL if the object was deleted.
 */
void profiles_carry_out(struct profiles *profiles, struct profile_entry *entry,
			struct profile_plan *plan, const char *fingerprint);

/* True once all profiles and pods are known: what belongs to none of them can be removed. */
bool profiles_know_all(const struct profiles *profiles);

/* Takes over what an object claims. Profiles that claim the same path are planned again. -ENOMEM. */
int profiles_note_claim(struct profiles *profiles, struct profile_entry *entry,
			const json_t *object, struct error *err);

/* The entry's object is gone, and with it its claim. */
void profiles_drop_claim(struct profiles *profiles, struct profile_entry *entry);

/* Returns the other profile that has the path that this one claims; NULL if this one has it. */
const struct profile_entry *profiles_holder_of(const struct profiles *profiles,
					       const struct profile_entry *entry);

/* True if the path is that of a file of another profile. */
bool profiles_is_elsewhere(const struct profiles *profiles, const struct profile_entry *entry,
			   const char *path);

/* Forgets the files that are those of other profiles. */
void profiles_drop_files(const struct profiles *profiles, struct profile_entry *entry);

/* Frees what carrying plans out needs. The files must not call back any more. */
void profiles_drop_work(struct profiles *profiles);

#endif
