// SPDX-License-Identifier: Apache-2.0
#include "kube/client.h"

#include <errno.h>
#include <string.h>

#include "kube/client_state.h"
#include "kube/config.h"
#include "kube/request.h"
#include "kube/token.h"
#include "net/http2.h"
#include "net/tls.h"
#include "util/error.h"

/*
 * As client-go does (x/net/http2 ReadIdleTimeout, PingTimeout): a server that has vanished
 * without a word, with the node behind it, is noticed within a minute.
 */
#define PING_AFTER_MS 30000
#define PING_TIMEOUT_MS 15000

static int open_client(struct kube_client *client, const struct kube_config *config,
		       struct error *err)
{
	const struct tls_options tls_options = {
		.ca_file = config->ca_file,
		.certificate_file = config->certificate_file,
		.key_file = config->key_file,
		.server_name = config->server_name,
	};
	struct http2_options options = {
		.endpoint = config->endpoint,
		.authority = config->authority,
		.ping_after_ms = PING_AFTER_MS,
		.ping_timeout_ms = PING_TIMEOUT_MS,
	};
	int r;

	client->prefix = strdup(config->prefix);
	if (!client->prefix)
		return error_nomem(err);
	r = token_create(config, &client->token, err);
	if (r == 0)
		r = tls_create(&tls_options, &client->tls, err);
	if (r < 0)
		return r;
	options.tls = client->tls;
	return http2_client_create(client->loop, &options, &client->http2, err);
}

int kube_client_create(struct loop *loop, const struct kube_config *config,
		       struct kube_client **ret_client, struct error *err)
{
	_cleanup_kube_client_ struct kube_client *client = calloc(1, sizeof(*client));
	int r;

	if (!client)
		return error_nomem(err);
	client->loop = loop;
	TAILQ_INIT(&client->requests);
	r = open_client(client, config, err);
	if (r < 0)
		return r;
	*ret_client = steal_pointer(&client);
	return 0;
}

void kube_client_destroy(struct kube_client *client)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (!client || client->destroyed)
		return;
	client->destroyed = true;
	error_set(&err, ECANCELED, "the client is shutting down");
	kube_request_end_all(client, &err);
	http2_client_destroy(client->http2);
	tls_destroy(client->tls);
	token_destroy(client->token);
	free(client->prefix);
	free(client);
}
