// SPDX-License-Identifier: Apache-2.0
#include "net/tls_socket.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>

static int bio_fd(BIO *bio)
{
	return (int)(intptr_t)BIO_get_data(bio);
}

static int bio_write(BIO *bio, const char *data, int size)
{
	ssize_t sent = send(bio_fd(bio), data, size, MSG_NOSIGNAL);

	BIO_clear_retry_flags(bio);
	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(bio);
	return sent;
}

static int bio_read(BIO *bio, char *data, int size)
{
	ssize_t got = recv(bio_fd(bio), data, size, 0);

	BIO_clear_retry_flags(bio);
	BIO_clear_flags(bio, BIO_FLAGS_IN_EOF);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(bio);
	if (got == 0)
		BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
	return got;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	switch (command) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_EOF:
		return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
	default:
		return 0;
	}
}

/* Creates the method once and keeps it. */
static const BIO_METHOD *bio_method(void)
{
	static BIO_METHOD *method;

	if (method)
		return method;
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
	if (!method)
		return NULL;
	BIO_meth_set_write(method, bio_write);
	BIO_meth_set_read(method, bio_read);
	BIO_meth_set_ctrl(method, bio_ctrl);
	return method;
}

BIO *tls_socket_create(int fd)
{
	const BIO_METHOD *method = bio_method();
	BIO *bio = method ? BIO_new(method) : NULL;

	if (!bio)
		return NULL;
	BIO_set_data(bio, (void *)(intptr_t)fd);
	BIO_set_init(bio, 1);
	return bio;
}
