/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CONTAINER_CRI_SERVER_H
#define TESTS_UNIT_CONTAINER_CRI_SERVER_H

/* What servers of tests answer to the calls of CRI. */
#include "../net/server.h"

#define CRI_UNIMPLEMENTED "12" /* a status of gRPC */

static inline void cri_begin_answer(struct peer *peer, uint32_t stream)
{
	peer_headers(peer, stream, 0, ":status", "200", "content-type", "application/grpc", NULL);
}

static inline void cri_end_answer(struct peer *peer, uint32_t stream, const char *status)
{
	peer_headers(peer, stream, NGHTTP2_FLAG_END_STREAM, "grpc-status", status, NULL);
}

static inline void cri_answer(struct peer *peer, uint32_t stream, const uint8_t *frame, size_t size)
{
	cri_begin_answer(peer, stream);
	peer_data(peer, stream, 0, frame, size);
	cri_end_answer(peer, stream, "0");
}

/* VersionResponse: runtime_name = 2 and runtime_version = 3. */
static inline void cri_answer_version(struct peer *peer, uint32_t stream, const char *name,
				      const char *version)
{
	uint8_t frame[128] = {}, *at = frame + 5;

	*at++ = 0x12;
	*at++ = strlen(name);
	at = mempcpy(at, name, strlen(name));
	*at++ = 0x1a;
	*at++ = strlen(version);
	at = mempcpy(at, version, strlen(version));
	frame[4] = at - frame - 5;
	cri_answer(peer, stream, frame, at - frame);
}

/* A list with one item, whose id = 1 is one character. */
static inline void cri_answer_list(struct peer *peer, uint32_t stream, char id)
{
	const uint8_t frame[] = { 0, 0, 0, 0, 5, 0x0a, 3, 0x0a, 1, id };

	cri_answer(peer, stream, frame, sizeof(frame));
}

/* ContainerEventResponse: container_id = 1. */
static inline void cri_send_event(struct peer *peer, uint32_t stream)
{
	static const uint8_t frame[] = { 0, 0, 0, 0, 3, 0x0a, 1, 'c' };

	peer_data(peer, stream, 0, frame, sizeof(frame));
}

#endif
