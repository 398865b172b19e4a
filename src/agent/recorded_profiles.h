/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDED_PROFILES_H
#define AGENT_RECORDED_PROFILES_H

/*
 * Writes what this node recorded into SeccompProfiles, which all nodes share: reads the object,
 * unites it with what was recorded, and writes it if that is more. If another node wrote the object
 * meanwhile, it does so again. Profiles wait here while the API server is away.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct error;
struct kube_client;
struct loop;
struct profile;
struct recorded_profiles;

/* What was recorded of one part of a recording. Strings are borrowed. */
struct recorded_write {
	const char *namespace, *recording, *uid; /* of the ProfileRecording */
	const char *container;			 /* NULL: of whole pods */
	const char *pod_name;			 /* with a profile for each pod; NULL */
	const char *suffix;			 /* of the pod's generated name; NULL */
	const char *gap;			 /* NULL */
	bool disabled;
};

/* A write that changed an object. Strings are borrowed. */
struct recorded_write_result {
	const char *namespace, *recording, *uid;
	const char *container;
	const char *profile; /* the name of the object */
	bool created;
	char *const *names; /* calls that the object did not allow before */
	size_t name_count;
	bool renamed;		/* something else has the plain name */
	bool without_arguments; /* no profile can have all conditions, so it has none */
};

struct recorded_profiles_handlers {
	void (*written)(const struct recorded_write_result *result, void *data);
	/* Nothing waits to be written any more of the recording with this uid. */
	void (*settled)(const char *uid, void *data);
	/*
	 * Returns the name of the profile that has a path below a namespace, or NULL. If the member is
	 * NULL, all paths are free.
	 */
	const char *(*path_holder)(const char *path, void *data);
	void (*trouble)(int result, const struct error *err, void *data);
};

/*
 * max is how many profiles a recording may have; 0: any number. handlers must outlive ret_profiles,
 * which the caller destroys before the client.
 */
int recorded_profiles_create(struct loop *loop, struct kube_client *client, size_t max,
			     const struct recorded_profiles_handlers *handlers, void *data,
			     struct recorded_profiles **ret_profiles, struct error *err);
void recorded_profiles_destroy(struct recorded_profiles *profiles);
DEFINE_CLEANUP(struct recorded_profiles *, recorded_profiles_destroy);

/*
 * Has a profile written, which it takes over. -ENOSPC if the recording has as many as it may. It replaces an earlier one of the same part, and so has
 * to allow all that that one did.
 */
int recorded_profiles_write(struct recorded_profiles *profiles, const struct recorded_write *write,
			    struct profile *profile, struct error *err);

/* An object was deleted. If a recording that goes on made it, it is made again. */
void recorded_profiles_deleted(struct recorded_profiles *profiles, const char *name);

/* True if something of the recording with this uid waits to be written. */
bool recorded_profiles_wait(const struct recorded_profiles *profiles, const char *uid);

/* Forgets the parts of a recording, once nothing of them waits to be written. */
void recorded_profiles_forget(struct recorded_profiles *profiles, const char *uid);

#endif
