// SPDX-License-Identifier: Apache-2.0
#include "container/cri_events.h"

#include <errno.h>
#include <string.h>

#include "container/cri.h"
#include "container/cri.pb-c.h"
#include "net/grpc.h"
#include "util/array.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/version.h"

/* CRI-O ends the stream at once if events are switched off there, which may change. */
#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 60000

static const struct grpc_method method = {
	.path = "/runtime.v1.RuntimeService/GetContainerEvents",
	.answer = &cri__container_event_response__descriptor,
	.streams = true,
};

struct cri_events {
	struct cri *cri;
	cri_events_handler *handler;
	void *data;
	struct grpc_call *call; /* NULL while there is no stream */
	struct loop_timer *retry;
	int64_t pause_ms; /* before the next attempt */
};

static int open_stream(struct cri_events *events, struct error *err);

static void on_event(struct grpc_call *call, ProtobufCMessage *message, void *data)
{
	struct cri_events *events = data;

	protobuf_c_message_free_unpacked(message, NULL);
	events->pause_ms = PAUSE_MIN_MS;
	events->handler(true, events->data);
}

static void try_later(struct cri_events *events)
{
	loop_start_timer(events->retry, events->pause_ms);
	events->pause_ms *= 2;
	if (events->pause_ms > PAUSE_MAX_MS)
		events->pause_ms = PAUSE_MAX_MS;
}

static void on_end(struct grpc_call *call, int result, const struct error *err, void *data)
{
	struct cri_events *events = data;

	events->call = NULL;
	if (result != -ENOSYS)
		try_later(events);
	events->handler(false, events->data);
}

static const struct grpc_handlers handlers = { on_event, on_end };

static void on_retry(void *data)
{
	if (open_stream(data, NULL) < 0)
		try_later(data);
}

static int open_stream(struct cri_events *events, struct error *err)
{
	Cri__GetEventsRequest request = CRI__GET_EVENTS_REQUEST__INIT;

	return grpc_start(cri_client(events->cri), &method, &request.base, 0, &handlers, events,
			  &events->call, err);
}

/* True if the runtime sends each event to all that listen. */
static bool is_for_all(const struct cri *cri)
{
	static const struct {
		const char *runtime, *since;
	} known[] = {
		{ "containerd", "2.0" },
		{ "cri-o", "1.28" },
	};
	struct version version = version_parse(cri_runtime_version(cri)), since;
	size_t i;

	for (i = 0; i < array_size(known); i++) {
		if (strcmp(cri_runtime_name(cri), known[i].runtime) != 0)
			continue;
		since = version_parse(known[i].since);
		return version_is_known(&version) && version_compare(&version, &since) >= 0;
	}
	return false;
}

int cri_events_listen(struct cri *cri, cri_events_handler *handler, void *data,
		      struct cri_events **ret_events, struct error *err)
{
	_cleanup_cri_events_ struct cri_events *events = NULL;
	int r;

	if (!is_for_all(cri))
		return error_set(err, ENOTSUP, "%s %s has no events for all that listen",
				 cri_runtime_name(cri), cri_runtime_version(cri));
	events = calloc(1, sizeof(*events));
	if (!events)
		return error_nomem(err);
	*events = (struct cri_events){ cri, handler, data, NULL, NULL, PAUSE_MIN_MS };
	r = loop_add_timer(cri_loop(cri), on_retry, events, &events->retry, err);
	if (r == 0)
		r = open_stream(events, err);
	if (r == 0)
		*ret_events = steal_pointer(&events);
	return r;
}

void cri_events_destroy(struct cri_events *events)
{
	if (!events)
		return;
	grpc_cancel(events->call);
	loop_remove_timer(events->retry);
	free(events);
}
