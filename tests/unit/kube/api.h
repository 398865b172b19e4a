/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_KUBE_API_H
#define TESTS_UNIT_KUBE_API_H

/* An API server for tests that follows a script, even against the protocol, and a client of it. */
#include "../net/certificates.h"
#include "../net/server.h"
#include "kube/client.h"
#include "kube/config.h"
#include "util/error.h"
#include "util/loop.h"

#define YEAR 31536000L

struct api {
	struct server server;
	SSL_CTX *context;
	struct identity authority, identity;
	char ca[64];
	struct kube_config config;
	struct loop *loop;
	struct kube_client *client;
};

static inline void api_start(struct api *api, server_script *script)
{
	int fd;

	*api = (struct api){};
	api->authority = make_identity("authority", NULL, NULL, YEAR);
	api->identity = make_identity("server", &api->authority, "IP:127.0.0.1", YEAR);
	api->context = server_context(&api->identity, "\x02h2");
	server_start_tcp(&api->server, api->context, script);
	strcpy(api->ca, "/tmp/recorder-unit.XXXXXX");
	fd = mkstemp(api->ca);
	assert_true(fd >= 0);
	close(fd);
	write_certificate(api->ca, &api->authority);
	api->config = (struct kube_config){ .endpoint = api->server.endpoint,
					    .authority = "api",
					    .server_name = "127.0.0.1",
					    .prefix = "",
					    .ca_file = api->ca,
					    .token = "secret" };
	assert_int_equal(loop_create(&api->loop, NULL), 0);
	assert_int_equal(kube_client_create(api->loop, &api->config, &api->client, NULL), 0);
}

static inline void api_stop(struct api *api)
{
	kube_client_destroy(api->client);
	loop_destroy(api->loop);
	server_stop(&api->server);
	SSL_CTX_free(api->context);
	identity_finish(&api->authority);
	identity_finish(&api->identity);
	unlink(api->ca);
}

/* Functions of the server's process. */

/* A request, as the server sees it. */
struct asked {
	uint32_t stream; /* 0 if the client is gone */
	char path[512];
	char token[64];
};

static inline void take_header(struct asked *asked, const nghttp2_nv *header)
{
	if (!strncmp((const char *)header->name, ":path", header->namelen))
		snprintf(asked->path, sizeof(asked->path), "%s", header->value);
	if (!strncmp((const char *)header->name, "authorization", header->namelen))
		snprintf(asked->token, sizeof(asked->token), "%s", header->value);
}

/* Waits for a request, and reads its headers. Has to be used for every request of a connection. */
static inline struct asked peer_ask(struct peer *peer)
{
	static nghttp2_hd_inflater *inflater;
	static int connection = -1;
	static struct frame frame;
	struct asked asked = {};
	const uint8_t *at = frame.payload;
	int flags = 0;

	if (connection != peer->number) {
		connection = peer->number;
		if (inflater)
			nghttp2_hd_inflate_del(inflater);
		nghttp2_hd_inflate_new(&inflater);
	}
	do {
		if (!peer_read_frame(peer, &frame))
			return asked;
	} while (frame.type != NGHTTP2_HEADERS);
	while (!(flags & NGHTTP2_HD_INFLATE_FINAL)) {
		nghttp2_nv header;
		ssize_t used = nghttp2_hd_inflate_hd2(inflater, &header, &flags, at,
						      frame.payload + frame.size - at, 1);

		if (used < 0)
			return asked;
		at += used;
		if (flags & NGHTTP2_HD_INFLATE_EMIT)
			take_header(&asked, &header);
	}
	nghttp2_hd_inflate_end_headers(inflater);
	asked.stream = frame.stream;
	return asked;
}

/* Answers with a status other than 200, and Retry-After unless it is NULL. */
static inline bool peer_fail(struct peer *peer, uint32_t stream, const char *status,
			     const char *retry_after, const char *body)
{
	bool sent = retry_after ? peer_headers(peer, stream, 0, ":status", status, "retry-after",
					       retry_after, NULL) :
				  peer_headers(peer, stream, 0, ":status", status, NULL);

	return sent && peer_data(peer, stream, NGHTTP2_FLAG_END_STREAM, body, strlen(body));
}

#endif
