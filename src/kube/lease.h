/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_LEASE_H
#define KUBE_LEASE_H

/*
 * Leader election with a Lease of coordination.k8s.io/v1, by the rules of client-go
 * (tools/leaderelection), with whose candidates it shares a Lease. At most one candidate leads at a
 * time, as long as the clocks of all run at about the same speed; they may show different times.
 *
 * A candidate takes the Lease if its record has not changed for as long as the record says. The leader
 * changes the record every retry_ms, and stops leading when that has not succeeded for
 * renew_deadline_ms, which is before anyone else may take over.
 */
#include <stdbool.h>
#include <stdint.h>

#include "kube/path.h"
#include "util/cleanup.h"

struct error;
struct kube_client;
struct kube_lease;

extern const struct kube_resource kube_leases;

/* Called from the loop only, except for stopped. Each may destroy the lease. */
struct kube_lease_handlers {
	/* This candidate leads from now on. */
	void (*started)(void *data);
	/*
	 * It no longer does: the lease was lost, and the candidate tries to get it again, or
	 * kube_lease_release() was called, which calls this first. Whatever only a leader may do
	 * ends before this returns.
	 */
	void (*stopped)(void *data);
	/* The end of kube_lease_release(): the lease has been given up, or that failed. */
	void (*released)(void *data);
	/* A request failed, and will be tried again. */
	void (*trouble)(int result, const struct error *err, void *data);
};

struct kube_lease_options {
	const char *namespace;
	const char *name;
	/*
	 * Who this candidate is. It has to be unique. A process that takes the identity of its
	 * predecessor leads at once if that did; both must not run at the same time.
	 */
	const char *identity;
	/* For the members below, 0 means the default in brackets, which is client-go's. */
	int64_t duration_ms;	   /* whole seconds [15000] */
	int64_t renew_deadline_ms; /* less than duration_ms [10000] */
	int64_t retry_ms;	   /* less than 5/6 of renew_deadline_ms [2000] */
};

/*
 * Begins to try. options is copied; handlers must outlive the lease. The caller destroys ret_lease
 * before the client. -EINVAL for durations that contradict each other, or a bad name.
 */
int kube_lease_create(struct kube_client *client, const struct kube_lease_options *options,
		      const struct kube_lease_handlers *handlers, void *data,
		      struct kube_lease **ret_lease, struct error *err);

/* Calls no handler. The record stays: others wait until it expires. NULL is allowed. */
void kube_lease_destroy(struct kube_lease *lease);
DEFINE_CLEANUP(struct kube_lease *, kube_lease_destroy);
#define _cleanup_kube_lease_ _cleanup_(cleanup_kube_lease_destroy)

/*
 * True while this candidate leads, also by the clock: a process that was stopped for long, or whose
 * machine slept, finds here that it no longer leads, even before stopped was called.
 */
bool kube_lease_is_held(const struct kube_lease *lease);

/* Stops for good and gives the lease up, so that another candidate need not wait. */
void kube_lease_release(struct kube_lease *lease);

#endif
