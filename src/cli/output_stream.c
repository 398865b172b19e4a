// SPDX-License-Identifier: Apache-2.0
#include "cli/output_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/signals.h"

/* poll(2) cannot wait for the first reader of a named pipe, so opening is tried this often. */
#define ASK_AGAIN_MS 50

struct stream {
	int fd;
	int signals; /* signalfd; never read, so that pending signals stay pending */
	int failure; /* errno of the first write that failed, or 0 */
	struct loop *loop;
	bool writable;
	bool interrupted;
};

static void stream_finish(struct stream *stream)
{
	cleanup_close_p(&stream->signals);
	loop_destroy(stream->loop);
}

static void on_writable(int fd, unsigned int events, void *data)
{
	struct stream *stream = data;

	stream->writable = true;
}

static void on_signal(int fd, unsigned int events, void *data)
{
	struct stream *stream = data;

	stream->interrupted = true;
}

static int stream_init(struct stream *stream, struct error *err)
{
	struct loop_fd *watch;
	int r = loop_create(&stream->loop, err);

	if (r < 0)
		return r;
	r = signals_open(signals_of_end, &stream->signals, err);
	if (r < 0)
		return r;
	return loop_add_fd(stream->loop, stream->signals, LOOP_READ, on_signal, stream, &watch,
			   err);
}

/*
 * Waits for signals, and for the stream if it is open. Returns -EINTR for a signal, unless the
 * stream can be written to.
 */
static int wait_for(struct stream *stream, int timeout)
{
	int r;

	stream->writable = stream->interrupted = false;
	r = loop_iterate(stream->loop, timeout, NULL);
	return r == 0 && !stream->writable && stream->interrupted ? -EINTR : r;
}

/*
 * Tells a pipe without a reader from a socket, and from a device without a driver: opening any
 * of them fails with ENXIO.
 */
static bool is_pipe(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

/*
 * Opens without blocking, so that a signal can end the wait for a reader. Later writes do
 * block, as usual.
 */
static int open_stream(struct stream *stream, const char *path)
{
	int flags, r;

	stream->fd = -1;
	while ((stream->fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)) < 0) {
		r = -errno;
		if (r != -ENXIO || !is_pipe(path))
			return r;
		r = wait_for(stream, ASK_AGAIN_MS);
		if (r < 0)
			return r;
	}
	flags = fcntl(stream->fd, F_GETFL);
	return flags < 0 || fcntl(stream->fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ? -errno : 0;
}

/*
 * Writes at most PIPE_BUF bytes. A pipe that can be written to has room for them, so that the
 * write does not block.
 */
static int write_some(struct stream *stream, const char *data, size_t size, size_t *ret_written)
{
	ssize_t written;
	int r = wait_for(stream, -1);

	if (r < 0)
		return r;
	written = write(stream->fd, data, size < PIPE_BUF ? size : PIPE_BUF);
	if (written < 0 && errno != EINTR)
		return -errno;
	*ret_written = written < 0 ? 0 : written;
	return 0;
}

/* For fopencookie(3). After a failure it discards the rest, because stdio would try again. */
static ssize_t write_all(void *cookie, const char *data, size_t size)
{
	struct stream *stream = cookie;
	size_t done = 0, written = 0;
	int r;

	while (done < size && !stream->failure) {
		r = write_some(stream, data + done, size - done, &written);
		if (r < 0)
			stream->failure = -r;
		else
			done += written;
	}
	return size;
}

static int fail(int code, const char *action, const char *path, struct error *err)
{
	if (code != EINTR)
		return error_set_errno(err, code, "%s %s", action, path);
	return error_set(err, EINTR, "%s was not written: a signal came while nobody read it",
			 path);
}

static int print_to(struct stream *stream, const char *path, file_printer *print, const void *data,
		    struct error *err)
{
	const cookie_io_functions_t functions = { .write = write_all };
	struct loop_fd *watch;
	FILE *out;
	int r = loop_add_fd(stream->loop, stream->fd, LOOP_WRITE, on_writable, stream, &watch, err);

	if (r < 0)
		return r;
	out = fopencookie(stream, "w", functions);
	if (!out)
		return error_nomem(err);
	__fsetlocking(out, FSETLOCKING_BYCALLER); /* no other thread has it */
	r = print(out, data, err);
	if (fclose(out) != 0 && !stream->failure)
		stream->failure = errno;
	if (r < 0 || !stream->failure)
		return r;
	return fail(stream->failure, "write", path, err);
}

int output_stream_print(const char *path, file_printer *print, const void *data, struct error *err)
{
	_cleanup_(stream_finish) struct stream stream = { .fd = STDOUT_FILENO, .signals = -1 };
	_cleanup_close_ int opened = -1;
	struct stat status;
	int r;

	if (!path && fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode))
		return file_print(STDOUT_FILENO, "standard output", print, data, err);
	r = stream_init(&stream, err);
	if (r < 0)
		return r;
	if (!path)
		return print_to(&stream, "standard output", print, data, err);
	r = open_stream(&stream, path);
	opened = stream.fd;
	return r < 0 ? fail(-r, "open", path, err) : print_to(&stream, path, print, data, err);
}
