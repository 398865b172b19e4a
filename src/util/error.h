/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

/*
 * Errors are values. A function that can fail takes a struct error pointer as its last
 * argument and returns 0 (or a positive result) on success and a negative errno on failure.
 *
 * On success the error is untouched. On failure it is always set, and each layer that
 * passes the failure on adds what it was doing. The pointer may be NULL when the caller
 * does not want the text.
 */
struct error {
	int code;      /* positive errno, 0 while nothing failed */
	char *message; /* owned; one line, without a final newline */
};

/* Sets err and returns -code, so that a failure takes one statement: return error_set(…). */
int error_set(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As error_set(), with ": " and the text of the errno appended. */
int error_set_errno(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "format: " before the existing message. Returns -err->code, or -EIO if err is NULL. */
int error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets err to another failure, which stays its owner's. Returns -from->code. */
int error_copy(struct error *err, const struct error *from);

/* Sets err to "out of memory" and returns -ENOMEM. */
int error_nomem(struct error *err);

/* The message, or else a text for the code, or "no error". Never NULL. Owned by err. */
const char *error_message(const struct error *err);

/* Frees the message and makes err empty again. */
void error_finish(struct error *err);

#define ERROR_INIT           \
	{                    \
		0, (void *)0 \
	}
#define _cleanup_error_ __attribute__((cleanup(error_finish)))

#endif
