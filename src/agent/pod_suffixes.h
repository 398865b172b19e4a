/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_POD_SUFFIXES_H
#define AGENT_POD_SUFFIXES_H

/*
 * What the API server appended to the names of pods: "x7k2p" of "web-5d9c-x7k2p". Of deleted pods,
 * the last ones are remembered, because what they did may be looked at later.
 */
#include <stddef.h>

#include <jansson.h>

struct error;

/* How many deleted pods are remembered: a node has 110 by default, and they take some 60 bytes each. */
#define POD_SUFFIXES_GONE_MAX 1000

struct pod_suffix;

/* The memory is the caller's. A zeroed structure is empty and valid. */
struct pod_suffixes {
	struct pod_suffix *items; /* of pods that exist */
	size_t length;
	char *gone[POD_SUFFIXES_GONE_MAX]; /* a ring */
	size_t next_gone;
};

void pod_suffixes_finish(struct pod_suffixes *suffixes);

/* A pod exists. -ENOMEM. */
int pod_suffixes_note(struct pod_suffixes *suffixes, const json_t *pod, struct error *err);

/* A pod was deleted. */
void pod_suffixes_note_deleted(struct pod_suffixes *suffixes, const char *uid);

/* A list of all pods begins, and ends. Those that were not noted in between were deleted. */
void pod_suffixes_begin(struct pod_suffixes *suffixes);
void pod_suffixes_end(struct pod_suffixes *suffixes);

/*
 * Returns the part of a pod's name after metadata.generateName; NULL if the pod was named otherwise,
 * or is not known. Borrowed until the next change.
 */
const char *pod_suffixes_find(const struct pod_suffixes *suffixes, const char *uid);

#endif
