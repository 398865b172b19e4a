// SPDX-License-Identifier: Apache-2.0
//
// What the agent answers over HTTP. How it stands bad clients is in tests/unit/net/test_http_server.c.
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/monitor.h"
#include "util/error.h"
#include "util/loop.h"

struct fixture {
	struct loop *loop;
	struct monitor *monitor;
	bool healthy, ready;
};

static bool is_healthy(FILE *reason, void *data)
{
	struct fixture *fixture = data;

	if (!fixture->healthy)
		fputs("the queue has not moved for an hour\n", reason);
	return fixture->healthy;
}

static bool is_ready(FILE *reason, void *data)
{
	struct fixture *fixture = data;

	if (!fixture->ready)
		fputs("the profiles have not been listed\n", reason);
	return fixture->ready;
}

static void print_metrics(FILE *out, void *data)
{
	fputs("a_metric 1\n", out);
}

static const struct monitor_handlers handlers = {
	.is_healthy = is_healthy,
	.is_ready = is_ready,
	.print_metrics = print_metrics,
};

static void start(struct fixture *fixture)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	*fixture = (struct fixture){};
	assert_int_equal(loop_create(&fixture->loop, NULL), 0);
	if (monitor_create(fixture->loop, "127.0.0.1:0", &handlers, fixture, &fixture->monitor,
			   &err) < 0)
		fail_msg("%s", error_message(&err));
}

static void stop(struct fixture *fixture)
{
	monitor_destroy(fixture->monitor);
	loop_destroy(fixture->loop);
}

/* Checks the beginning of an answer, one of its headers, and its end. */
static void expect(struct fixture *fixture, const char *path, const char *first, const char *header,
		   const char *last)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(monitor_port(fixture->monitor)),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[2048];
	size_t length = 0;
	ssize_t got;

	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	while ((got = recv(fd, text + length, sizeof(text) - 1 - length, MSG_DONTWAIT)) != 0) {
		if (got > 0)
			length += got;
		else if (errno == EAGAIN)
			assert_int_equal(loop_iterate(fixture->loop, 10, NULL), 0);
		else
			fail_msg("recv: %m");
	}
	text[length] = '\0';
	close(fd);
	if (strncmp(text, first, strlen(first)) != 0 || !strstr(text, header) ||
	    length < strlen(last) || strcmp(text + length - strlen(last), last) != 0)
		fail_msg("%s is answered with '%s'", path, text);
}

static void health(void **state)
{
	struct fixture fixture;

	start(&fixture);
	expect(&fixture, "/healthz", "HTTP/1.1 503 ", "text/plain",
	       "\r\n\r\nthe queue has not moved for an hour\n");
	expect(&fixture, "/readyz", "HTTP/1.1 503 ", "text/plain",
	       "\r\n\r\nthe profiles have not been listed\n");
	fixture.healthy = true;
	expect(&fixture, "/healthz", "HTTP/1.1 200 OK\r\n", "text/plain", "\r\n\r\nok\n");
	expect(&fixture, "/readyz", "HTTP/1.1 503 ", "text/plain", "listed\n");
	fixture.ready = true;
	expect(&fixture, "/readyz", "HTTP/1.1 200 OK\r\n", "text/plain", "\r\n\r\nok\n");
	expect(&fixture, "/readyz?verbose", "HTTP/1.1 200 OK\r\n", "text/plain", "\r\n\r\nok\n");
	stop(&fixture);
}

static void metrics(void **state)
{
	struct fixture fixture;

	start(&fixture);
	expect(&fixture, "/metrics", "HTTP/1.1 200 OK\r\n",
	       "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n",
	       "\r\n\r\na_metric 1\n");
	stop(&fixture);
}

static void others(void **state)
{
	struct fixture fixture;

	start(&fixture);
	expect(&fixture, "/", "HTTP/1.1 404 ", "text/plain",
	       "there is only /metrics, /healthz and /readyz\n");
	expect(&fixture, "/metrics/", "HTTP/1.1 404 ", "text/plain", "");
	stop(&fixture);
}

static void no_address(void **state)
{
	struct monitor *monitor = (struct monitor *)state;

	assert_int_equal(monitor_create(NULL, "", &handlers, NULL, &monitor, NULL), 0);
	assert_null(monitor);
	assert_int_equal(monitor_create(NULL, NULL, &handlers, NULL, &monitor, NULL), 0);
	assert_null(monitor);
	assert_int_equal(monitor_port(monitor), 0);
	monitor_destroy(monitor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(health),
		cmocka_unit_test(metrics),
		cmocka_unit_test(others),
		cmocka_unit_test(no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
