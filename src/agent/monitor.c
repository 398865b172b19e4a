// SPDX-License-Identifier: Apache-2.0
#include "agent/monitor.h"

#include <string.h>

#include "agent/metrics.h"
#include "net/http_server.h"
#include "util/error.h"

#define STATUS_NOT_FOUND 404
#define STATUS_SERVICE_UNAVAILABLE 503

struct monitor {
	struct http_server *server;
	const struct monitor_handlers *handlers;
	void *data;
};

/* The kubelet looks at the status only; the text is for people. */
static void answer_state(bool good, FILE *body, struct http_answer *answer)
{
	if (good)
		fputs("ok\n", body);
	else
		answer->status = STATUS_SERVICE_UNAVAILABLE;
}

static void answer_request(const char *path, FILE *body, struct http_answer *answer, void *data)
{
	const struct monitor *monitor = data;
	const struct monitor_handlers *handlers = monitor->handlers;

	if (!strcmp(path, "/healthz")) {
		answer_state(handlers->is_healthy(body, monitor->data), body, answer);
	} else if (!strcmp(path, "/readyz")) {
		answer_state(handlers->is_ready(body, monitor->data), body, answer);
	} else if (!strcmp(path, "/metrics")) {
		answer->content_type = METRICS_CONTENT_TYPE;
		handlers->print_metrics(body, monitor->data);
	} else {
		answer->status = STATUS_NOT_FOUND;
		fputs("there is only /metrics, /healthz and /readyz\n", body);
	}
}

int monitor_create(struct loop *loop, const char *address, const struct monitor_handlers *handlers,
		   void *data, struct monitor **ret_monitor, struct error *err)
{
	_cleanup_free_ struct monitor *monitor = NULL;
	struct http_server_options options = { .address = address, .handler = answer_request };
	int r;

	if (!address || !*address) {
		*ret_monitor = NULL;
		return 0;
	}
	monitor = calloc(1, sizeof(*monitor));
	if (!monitor)
		return error_nomem(err);
	monitor->handlers = handlers;
	monitor->data = data;
	options.data = monitor;
	r = http_server_create(loop, &options, &monitor->server, err);
	if (r < 0)
		return r;
	*ret_monitor = steal_pointer(&monitor);
	return 0;
}

void monitor_destroy(struct monitor *monitor)
{
	if (!monitor)
		return;
	http_server_destroy(monitor->server);
	free(monitor);
}

uint16_t monitor_port(const struct monitor *monitor)
{
	return monitor ? http_server_port(monitor->server) : 0;
}
