/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_OBSERVATION_MERGE_H
#define RECORDING_OBSERVATION_MERGE_H

/* Compares and merges observations, so that a recording can keep them sorted and distinct. */
#include <stdbool.h>

struct error;
struct observation;

/*
 * Orders observations. Two are equal if they are about the same container lifetime: the same
 * container id (without an id, the same name), start, node and machine.
 */
int observation_compare_lifetimes(const struct observation *a, const struct observation *b);

/* The order in a recording: by pod namespace, pod, container, id, start, node, machine. */
int observation_compare(const struct observation *a, const struct observation *b);

/*
 * Merges from into an observation of the same container lifetime. The caller still owns from,
 * which may have given away some of its strings. Commutative, associative and idempotent.
 */
int observation_merge(struct observation *into, struct observation *from, struct error *err);

/*
 * True if both are lifetimes of the same kind of container, so that one can absorb the other.
 */
bool observation_same_kind(const struct observation *a, const struct observation *b);

/* Like observation_merge(), but of two different lifetimes: their losses add up. */
int observation_fold(struct observation *into, struct observation *from, struct error *err);

#endif
