/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_OBSERVATION_MERGE_H
#define RECORDING_OBSERVATION_MERGE_H

/* What a recording needs to know about its observations to keep them sorted and distinct. */
#include <stdbool.h>

struct error;
struct observation;

/*
 * An order in which two are equal when they are about the same container lifetime: the same
 * container id (where there is none, the same name), start, node and machine.
 */
int observation_compare_lifetimes(const struct observation *a, const struct observation *b);

/* The order within a recording: pod namespace, pod, container, id, start, node. */
int observation_compare(const struct observation *a, const struct observation *b);

/*
 * The union of two observations of the same container lifetime. from stays the caller's, and
 * may have given away some of its strings. Commutative, associative, idempotent.
 */
int observation_merge(struct observation *into, struct observation *from, struct error *err);

/* Whether both are lifetimes of the same thing, so that one can be folded into the other. */
bool observation_same_kind(const struct observation *a, const struct observation *b);

/* As observation_merge(), of two different lifetimes: what was lost adds up. */
int observation_fold(struct observation *into, struct observation *from, struct error *err);

#endif
