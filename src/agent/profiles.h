/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PROFILES_H
#define AGENT_PROFILES_H

/*
 * Follows the SeccompProfiles of the cluster, and keeps a file on the node for each. Objects are
 * not kept in memory: what cannot be done while an object is at hand is done after getting it again.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "agent/profile_plan.h"
#include "util/cleanup.h"

struct error;
struct host_files;
struct kube_client;
struct loop;
struct node_facts;
struct node_pods;
struct profiles;

/* What a node did about a profile. Strings are borrowed. */
struct profile_result {
	const char *name;
	const char *uid;
	int64_t generation;
	bool deleted;
	bool named; /* by a pod of this node */
	enum profile_state state;
	const char *reason;
	const char *message;
};

struct profiles_handlers {
	/* The result for a profile has changed. */
	void (*result)(const struct profile_result *result, void *data);
	/* A profile has been dealt with, in so many seconds. */
	void (*reconciled)(double seconds, void *data);
	/* All profiles are known, and each has been dealt with, or has failed and is tried again. */
	void (*settled)(void *data);
	/* The API server, or a file, was not available. It will be tried again. */
	void (*trouble)(int result, const struct error *err, void *data);
};

struct profiles_options {
	struct loop *loop;
	struct kube_client *client;
	struct host_files *files;
	struct node_pods *pods;
	const struct node_facts *facts;
};

/*
 * All that options and handlers point to must outlive ret_profiles. The caller destroys it, and
 * lets the files call no one back after that.
 */
int profiles_create(const struct profiles_options *options,
		    const struct profiles_handlers *handlers, void *data,
		    struct profiles **ret_profiles, struct error *err);
void profiles_destroy(struct profiles *profiles);
DEFINE_CLEANUP(struct profiles *, profiles_destroy);

/* A file that an agent wrote before. Without an object of its name, it is removed. Before the start. */
int profiles_add_file(struct profiles *profiles, const char *path, struct error *err);

/* Starts to follow the objects. */
int profiles_start(struct profiles *profiles, struct error *err);

/* Looks again at the profile of a path: pods name it now, or its file has been lost. */
void profiles_pods_changed(struct profiles *profiles, const char *path);
void profiles_file_lost(struct profiles *profiles, const char *path);

/* Looks again at the profiles whose files are not among those that the node has; sorted. */
void profiles_files_kept(struct profiles *profiles, char *const *paths, size_t count);

/* Looks at all profiles again: the pods are known now. */
void profiles_look_again(struct profiles *profiles);

/* The files have room for changes again. */
void profiles_resume(struct profiles *profiles);

/* True once all profiles have been listed. */
bool profiles_are_known(const struct profiles *profiles);

/* The number of profiles that wait to be dealt with. */
size_t profiles_waiting(const struct profiles *profiles);

/* Returns what the node did about a profile, as it knows it; false if it has done nothing yet. */
bool profiles_find(const struct profiles *profiles, const char *name,
		   struct profile_result *ret_result);

/*
 * Returns the name of the profile that has a path below a namespace ("operator/shop/web-app.json"), or
 * will have it; NULL if it is free. Whoever makes an object asks first: if its path is not free, its
 * name needs a hash, and the object ANNOTATION_HASHED_PATH. Borrowed until the loop runs again.
 */
const char *profiles_path_holder(const struct profiles *profiles, const char *path);

/* Calls back with the result for each profile. */
void profiles_for_each(const struct profiles *profiles,
		       void (*visit)(const struct profile_result *result, void *data), void *data);

extern const struct kube_resource profiles_resource;

#endif
