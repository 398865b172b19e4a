/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_CLIENT_STATE_H
#define KUBE_CLIENT_STATE_H

/* The state of a client, which its requests share. */
#include <stdbool.h>
#include <sys/queue.h>

struct http2_client;
struct kube_request;
struct loop;
struct tls;
struct token;

TAILQ_HEAD(kube_request_queue, kube_request);

struct kube_client {
	struct loop *loop;
	struct http2_client *http2;
	struct tls *tls;
	struct token *token; /* NULL if the client's certificate is enough */
	char *prefix;
	struct kube_request_queue requests; /* that are not over */
	bool destroyed;
};

#endif
