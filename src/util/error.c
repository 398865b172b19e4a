// SPDX-License-Identifier: Apache-2.0
#include "util/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int error_vset(struct error *err, int code, const char *format, va_list args)
{
	char *message;

	if (!err)
		return -code;
	/* Format first, free later: the arguments may point into the old message. */
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	error_finish(err);
	err->code = code;
	err->message = message;
	return -code;
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_vset(err, code, format, args);
	va_end(args);
	return -code;
}

int error_set_errno(struct error *err, int code, const char *format, ...)
{
	va_list args;
	char *whole;

	va_start(args, format);
	error_vset(err, code, format, args);
	va_end(args);
	if (err && err->message && asprintf(&whole, "%s: %s", err->message, strerror(code)) >= 0) {
		free(err->message);
		err->message = whole;
	}
	return -code;
}

int error_copy(struct error *err, const struct error *from)
{
	return error_set(err, from->code, "%s", error_message(from));
}

int error_prefix(struct error *err, const char *format, ...)
{
	va_list args;
	char *prefix, *whole;

	if (!err)
		return -EIO;
	va_start(args, format);
	if (vasprintf(&prefix, format, args) < 0)
		prefix = NULL;
	va_end(args);
	if (prefix && asprintf(&whole, "%s: %s", prefix, error_message(err)) >= 0) {
		free(err->message);
		err->message = whole;
	}
	free(prefix);
	return -err->code;
}

int error_nomem(struct error *err)
{
	return error_set(err, ENOMEM, "out of memory");
}

const char *error_message(const struct error *err)
{
	if (err->message)
		return err->message;
	return err->code ? strerror(err->code) : "no error";
}

void error_finish(struct error *err)
{
	if (!err)
		return;
	free(err->message);
	err->message = NULL;
	err->code = 0;
}
