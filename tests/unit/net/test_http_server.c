// SPDX-License-Identifier: Apache-2.0
//
// The HTTP server answers, and no client can keep it from that.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/http_server.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define REQUEST(line) line "\r\nHost: a\r\n\r\n"

/* More than the buffers of two sockets. */
#define LARGE (16 << 20)

struct fixture {
	struct loop *loop;
	struct http_server *server;
	int requests;
};

static void answer_request(const char *path, FILE *body, struct http_answer *answer, void *data)
{
	struct fixture *fixture = data;

	fixture->requests++;
	if (!strcmp(path, "/large")) {
		fprintf(body, "%*s", LARGE, "x");
		return;
	}
	if (strcmp(path, "/path") != 0)
		answer->status = 404;
	fprintf(body, "this is %s\n", path);
}

static void start_at(struct fixture *fixture, const char *address, int64_t timeout_ms)
{
	const struct http_server_options options = { .address = address,
						     .handler = answer_request,
						     .data = fixture,
						     .timeout_ms = timeout_ms };
	_cleanup_error_ struct error err = ERROR_INIT;

	*fixture = (struct fixture){};
	assert_int_equal(loop_create(&fixture->loop, NULL), 0);
	if (http_server_create(fixture->loop, &options, &fixture->server, &err) < 0)
		fail_msg("%s", error_message(&err));
}

static void start(struct fixture *fixture, int64_t timeout_ms)
{
	start_at(fixture, "127.0.0.1:0", timeout_ms);
}

static void stop(struct fixture *fixture)
{
	http_server_destroy(fixture->server);
	loop_destroy(fixture->loop);
}

static int dial(const struct fixture *fixture)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(http_server_port(fixture->server)),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), size = 65536;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static void put(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void turn(struct fixture *fixture)
{
	assert_int_equal(loop_iterate(fixture->loop, 10, NULL), 0);
}

/* Reads until the server closes the connection. Returns the number of bytes; text holds the first. */
static size_t drain(struct fixture *fixture, int fd, char *text, size_t size)
{
	char block[65536];
	size_t total = 0, kept = 0;
	ssize_t got;

	for (;;) {
		got = recv(fd, block, sizeof(block), 0);
		if (got < 0 && errno == EAGAIN) {
			turn(fixture);
			continue;
		}
		if (got <= 0)
			break;
		total += got;
		if (kept < size - 1) {
			size_t more = (size_t)got < size - 1 - kept ? (size_t)got : size - 1 - kept;

			memcpy(text + kept, block, more);
			kept += more;
		}
	}
	text[kept] = '\0';
	close(fd);
	return total;
}

/* Sends a request and checks the beginning and the end of the answer. */
static void expect(struct fixture *fixture, const char *request, const char *first,
		   const char *last)
{
	char answer[2048];
	int fd = dial(fixture);

	put(fd, request);
	drain(fixture, fd, answer, sizeof(answer));
	if (strncmp(answer, first, strlen(first)) != 0 || strlen(answer) < strlen(last) ||
	    strcmp(answer + strlen(answer) - strlen(last), last) != 0)
		fail_msg("'%s' is answered with '%s'", request, answer);
}

static void expect_service(struct fixture *fixture)
{
	expect(fixture, REQUEST("GET /path HTTP/1.1"), "HTTP/1.1 200 OK\r\n",
	       "\r\n\r\nthis is /path\n");
}

static void answers(void **state)
{
	struct fixture fixture;

	start(&fixture, 0);
	expect_service(&fixture);
	expect(&fixture, REQUEST("GET /path?query HTTP/1.1"), "HTTP/1.1 200 OK\r\n", "/path\n");
	expect(&fixture, "GET /path HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK\r\n", "this is /path\n");
	expect(&fixture, REQUEST("GET /x%00 HTTP/1.1"), "HTTP/1.1 404 ", "this is /x%00\n");
	expect(&fixture, REQUEST("HEAD /path HTTP/1.1"), "HTTP/1.1 200 OK\r\n", "\r\n\r\n");
	stop(&fixture);
}

static void says_what_it_sends(void **state)
{
	static const char *const headers[] = { "\r\nContent-Type: text/plain; charset=utf-8\r\n",
					       "\r\nContent-Length: 14\r\n",
					       "\r\nConnection: close\r\n" };
	struct fixture fixture;
	char answer[2048];
	size_t i;
	int fd;

	start(&fixture, 0);
	fd = dial(&fixture);
	put(fd, REQUEST("HEAD /path HTTP/1.1"));
	drain(&fixture, fd, answer, sizeof(answer));
	for (i = 0; i < array_size(headers); i++)
		assert_non_null(strstr(answer, headers[i]));
	stop(&fixture);
}

static void refuses(void **state)
{
	struct fixture fixture;

	start(&fixture, 0);
	expect(&fixture, "POST /path HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 501 ", "");
	expect(&fixture, "POST /path HTTP/1.1\r\nContent-Length: 9999\r\n\r\n", "HTTP/1.1 4", "");
	expect(&fixture, REQUEST("FLY /path HTTP/1.1"), "HTTP/1.1 ", "");
	expect(&fixture, REQUEST("DELETE /path HTTP/1.1"), "HTTP/1.1 501 ", "");
	expect(&fixture, "nonsense\r\n\r\n", "HTTP/1.1 400 ", "");
	assert_int_equal(fixture.requests, 0);
	expect_service(&fixture);
	stop(&fixture);
}

/* One request each: what follows is not read. */
static void one_request_each(void **state)
{
	struct fixture fixture;

	start(&fixture, 0);
	expect(&fixture, REQUEST("GET /path HTTP/1.1") REQUEST("GET /path HTTP/1.1"),
	       "HTTP/1.1 200 OK\r\n", "this is /path\n");
	assert_int_equal(fixture.requests, 1);
	stop(&fixture);
}

/* Sends a mebibyte of headers, until the server has had enough. */
static void endless_headers(void **state)
{
	struct fixture fixture;
	char line[1024] = "";
	size_t sent = 0;
	int fd, i;

	memset(line, 'x', sizeof(line) - 1);
	memcpy(line, "a: ", 3);
	memcpy(line + sizeof(line) - 3, "\r\n", 3);
	start(&fixture, 0);
	fd = dial(&fixture);
	put(fd, "GET /path HTTP/1.1\r\n");
	for (i = 0; i < 1024; i++) {
		if (send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL) < 0)
			break;
		sent += sizeof(line) - 1;
		turn(&fixture);
	}
	assert_in_range(sent, HTTP_SERVER_HEADERS_MAX - sizeof(line), 2 * HTTP_SERVER_HEADERS_MAX);
	close(fd);
	assert_int_equal(fixture.requests, 0);
	expect_service(&fixture);
	stop(&fixture);
}

/* A byte now and then keeps no connection alive. Nor does silence, or an answer nobody reads. */
static void slow_clients(void **state)
{
	struct fixture fixture;
	char answer[64];
	int slow, silent, deaf;
	size_t got;

	start(&fixture, 200);
	slow = dial(&fixture);
	silent = dial(&fixture);
	deaf = dial(&fixture);
	put(deaf, REQUEST("GET /large HTTP/1.1"));
	while (send(slow, "G", 1, MSG_NOSIGNAL) == 1) {
		usleep(5000);
		turn(&fixture);
	}
	assert_int_equal(drain(&fixture, silent, answer, sizeof(answer)), 0);
	got = drain(&fixture, deaf, answer, sizeof(answer));
	assert_in_range(got, 0, LARGE - 1);
	close(slow);
	expect_service(&fixture);
	stop(&fixture);
}

/* Returns how often something happened in 200 ms. */
static int rounds_of_the_loop(struct fixture *fixture)
{
	int64_t end = clock_ns(CLOCK_MONOTONIC) + 200000000;
	int rounds = 0;

	for (; clock_ns(CLOCK_MONOTONIC) < end; rounds++)
		assert_int_equal(loop_iterate(fixture->loop, 200, NULL), 0);
	return rounds;
}

/* A client that sends without reading is not read for ever. */
static void sends_without_reading(void **state)
{
	static char block[65536];
	struct fixture fixture;
	size_t sent = 0;
	ssize_t got;
	int fd, i;

	start(&fixture, 0);
	fd = dial(&fixture);
	put(fd, REQUEST("GET /large HTTP/1.1"));
	for (i = 0; i < 10000; i++) {
		got = send(fd, block, sizeof(block), MSG_NOSIGNAL);
		if (got > 0)
			sent += got;
		assert_int_equal(loop_iterate(fixture.loop, 0, NULL), 0);
	}
	/* What the kernel's buffers of both ends take. */
	assert_in_range(sent, 1, 16 << 20);
	close(fd);
	expect_service(&fixture);
	stop(&fixture);
}

/* Clients that hold their connections lose the oldest to newer ones. */
static void many_connections(void **state)
{
	int held[4 * HTTP_SERVER_CONNECTIONS_MAX];
	struct fixture fixture;
	size_t i, open = 0;
	char byte;

	start(&fixture, 0);
	for (i = 0; i < array_size(held); i++) {
		held[i] = dial(&fixture);
		put(held[i], "GET ");
		turn(&fixture);
		turn(&fixture);
		expect_service(&fixture);
	}
	for (i = 0; i < array_size(held); i++)
		open += recv(held[i], &byte, 1, 0) < 0 && errno == EAGAIN;
	assert_in_range(open, 1, HTTP_SERVER_CONNECTIONS_MAX);
	for (i = 0; i < array_size(held); i++)
		close(held[i]);
	stop(&fixture);
}

/* Connections that are there and gone leave nothing behind. */
static void half_open_connections(void **state)
{
	const struct linger reset = { .l_onoff = 1 };
	struct fixture fixture;
	int i, fd;

	start(&fixture, 0);
	for (i = 0; i < 100; i++) {
		fd = dial(&fixture);
		if (i % 3 == 0)
			put(fd, "GET /pa");
		if (i % 3 == 1)
			put(fd, REQUEST("GET /large HTTP/1.1"));
		if (i % 4 < 3)
			turn(&fixture);
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
	expect_service(&fixture);
	stop(&fixture);
}

/* A client that is gone before the answer is complete does not end the process. */
static void writing_raises_no_signal(void **state)
{
	struct fixture fixture;
	sigset_t before, after;
	char byte;
	int fd;

	assert_ptr_equal(signal(SIGPIPE, SIG_DFL), SIG_DFL);
	sigprocmask(SIG_BLOCK, NULL, &before);
	start(&fixture, 0);
	fd = dial(&fixture);
	put(fd, REQUEST("GET /large HTTP/1.1"));
	while (recv(fd, &byte, 1, 0) != 1)
		turn(&fixture);
	close(fd);
	expect_service(&fixture);
	sigprocmask(SIG_BLOCK, NULL, &after);
	assert_int_equal(sigismember(&after, SIGPIPE), sigismember(&before, SIGPIPE));
	stop(&fixture);
}

/* Without descriptors, the server waits instead of trying all the time. */
static void no_descriptors(void **state)
{
	struct rlimit limit, none;
	struct fixture fixture;
	int fd;

	start(&fixture, 0);
	fd = dial(&fixture);
	getrlimit(RLIMIT_NOFILE, &limit);
	none = (struct rlimit){ fd, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_in_range(rounds_of_the_loop(&fixture), 1, 10);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	put(fd, REQUEST("GET /path HTTP/1.1"));
	close(fd);
	expect_service(&fixture);
	stop(&fixture);
}

/* An open connection costs nothing while nothing arrives. */
static void waits_without_work(void **state)
{
	struct fixture fixture;
	int fd;

	start(&fixture, 0);
	fd = dial(&fixture);
	put(fd, "GET /path");
	assert_in_range(rounds_of_the_loop(&fixture), 1, 10);
	close(fd);
	stop(&fixture);
}

static void every_address(void **state)
{
	struct fixture fixture;

	start_at(&fixture, ":0", 0);
	expect_service(&fixture);
	stop(&fixture);
}

static void refuse_address(const char *address, int code, const char *message)
{
	const struct http_server_options options = { .address = address,
						     .handler = answer_request };
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_loop_ struct loop *loop = NULL;
	struct http_server *server;

	assert_int_equal(loop_create(&loop, NULL), 0);
	assert_int_equal(http_server_create(loop, &options, &server, &err), -code);
	assert_string_equal(error_message(&err), message);
}

static void bad_addresses(void **state)
{
	struct fixture fixture;
	char taken[32], message[128];

	refuse_address("9114", EINVAL, "listen on '9114': '9114' is not ADDRESS:PORT");
	refuse_address("localhost:80", EINVAL,
		       "listen on 'localhost:80': 'localhost' is not an IP address");
	refuse_address("unix:///x:1", EINVAL,
		       "listen on 'unix:///x:1': 'unix:///x' is not an IP address");
	refuse_address(":65536", EINVAL, "listen on ':65536': '[::]:65536' is not ADDRESS:PORT");
	start(&fixture, 0);
	snprintf(taken, sizeof(taken), "127.0.0.1:%d", http_server_port(fixture.server));
	snprintf(message, sizeof(message),
		 "listen on '%s': use the address: Address already in use", taken);
	refuse_address(taken, EADDRINUSE, message);
	stop(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(says_what_it_sends),
		cmocka_unit_test(refuses),
		cmocka_unit_test(one_request_each),
		cmocka_unit_test(endless_headers),
		cmocka_unit_test(slow_clients),
		cmocka_unit_test(sends_without_reading),
		cmocka_unit_test(many_connections),
		cmocka_unit_test(half_open_connections),
		cmocka_unit_test(writing_raises_no_signal),
		cmocka_unit_test(no_descriptors),
		cmocka_unit_test(waits_without_work),
		cmocka_unit_test(every_address),
		cmocka_unit_test(bad_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
