/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_TEXT_STREAM_H
#define UTIL_TEXT_STREAM_H

/*
 * A stream that collects what is printed to it in a string:
 *
 *	_cleanup_text_stream_ struct text_stream stream = {};
 *	FILE *out = text_stream_open(&stream);
 *
 *	if (!out)
 *		return error_nomem(err);
 *	fprintf(out, "%d", number);
 *	return text_stream_take(&stream, ret_text, err);
 *
 * A failed print needs no check: closing the stream fails then.
 */
#include <stdio.h>

#include "util/cleanup.h"

struct error;

struct text_stream {
	FILE *out; /* NULL before the stream is opened and after it is closed */
	char *text;
	size_t size;
};

/* The stream may not be moved while it is open. NULL when memory ran out. */
FILE *text_stream_open(struct text_stream *stream);

/*
 * Closes the stream, which may have failed to open, and returns what was printed. The caller
 * owns the string. NULL when memory ran out.
 */
char *text_stream_close(struct text_stream *stream);

/* As text_stream_close(), for a function that returns an error: 0 or -ENOMEM. */
int text_stream_take(struct text_stream *stream, char **ret_text, struct error *err);

/* Drops what was printed and has not been taken. */
void text_stream_finish(struct text_stream *stream);
#define _cleanup_text_stream_ _cleanup_(text_stream_finish)

#endif
