/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_MONITOR_H
#define AGENT_MONITOR_H

/*
 * What others may ask the agent over HTTP: /metrics (Prometheus), /healthz (the kubelet restarts an
 * agent that is not healthy) and /readyz. No answer contains a secret, so anyone may ask.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util/cleanup.h"

struct error;
struct loop;
struct monitor;

/* Called from the loop, each for one request. None may destroy the monitor or run the loop. */
struct monitor_handlers {
	/* Return true, or print one line to reason, which says what is missing. */
	bool (*is_healthy)(FILE *reason, void *data);
	bool (*is_ready)(FILE *reason, void *data);
	/* Prints in the format of METRICS_CONTENT_TYPE. */
	void (*print_metrics)(FILE *out, void *data);
};

/*
 * Listens on address, as in http_server_create(). If address is NULL or "", nothing is asked and
 * ret_monitor is NULL. handlers must outlive the monitor, and the loop too. The caller destroys
 * ret_monitor. Errors are those of http_server_create().
 */
int monitor_create(struct loop *loop, const char *address, const struct monitor_handlers *handlers,
		   void *data, struct monitor **ret_monitor, struct error *err);

/* NULL is allowed. */
void monitor_destroy(struct monitor *monitor);
DEFINE_CLEANUP(struct monitor *, monitor_destroy);

/* Returns the port that is listened on; 0 for NULL. */
uint16_t monitor_port(const struct monitor *monitor);

#endif
