/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_CLIENT_H
#define KUBE_CLIENT_H

/*
 * A client of the Kubernetes API, driven by a loop. It never blocks, except to read its small
 * files. All requests share one connection, which is made again when it is lost.
 *
 * Requests are in kube/call.h (get, create, change and delete an object) and kube/reflector.h
 * (follow all objects of a kind).
 */
#include "util/cleanup.h"

struct error;
struct kube_client;
struct kube_config;
struct loop;

/*
 * Creates a client, which connects with its first request. Reads the certificates now, and again
 * when they change and a connection is made; and the token when it changes. loop must outlive
 * the client. config is copied, except for its files in memory: it must outlive the client.
 */
int kube_client_create(struct loop *loop, const struct kube_config *config,
		       struct kube_client **ret_client, struct error *err);

/* Ends all calls with -ECANCELED. Any handler may call it. Reflectors must be destroyed before. */
void kube_client_destroy(struct kube_client *client);
DEFINE_CLEANUP(struct kube_client *, kube_client_destroy);
#define _cleanup_kube_client_ _cleanup_(cleanup_kube_client_destroy)

#endif
