/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_STATUS_H
#define KUBE_STATUS_H

/* Failures as the API server describes them: an HTTP status, and an object of kind Status. */
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct error;

/*
 * Converts an answer other than 2xx to a negative errno, with the server's own words, escaped, in
 * err. body need not be a Status.
 *
 * -ENOENT (404), -EEXIST (409, AlreadyExists), -ESTALE (409, Conflict: the object has changed since
 * it was read; 410: the requested version is gone), -EACCES (401, 403), -EINVAL (400, 422),
 * -EMSGSIZE (413), -EOPNOTSUPP (405, 415), -EBUSY (429), -ETIMEDOUT (408, 504), -EIO (the rest).
 */
int status_to_error(int http_status, const char *body, size_t size, struct error *err);

/* The same for the object of a watch's event of type ERROR. */
int status_object_to_error(const json_t *status, struct error *err);

#endif
