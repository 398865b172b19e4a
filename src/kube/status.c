// SPDX-License-Identifier: Apache-2.0
#include "kube/status.h"

#include <errno.h>
#include <string.h>

#include "json/cursor.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"

/* Enough for a message about a bad field; a server could send megabytes. */
#define MESSAGE_MAX 1000

static const struct {
	int http_status;
	int code;
} codes[] = {
	{ 400, EINVAL },     { 401, EACCES },	  { 403, EACCES }, { 404, ENOENT },
	{ 405, EOPNOTSUPP }, { 408, ETIMEDOUT },  { 409, ESTALE }, { 410, ESTALE },
	{ 413, EMSGSIZE },   { 415, EOPNOTSUPP }, { 422, EINVAL }, { 429, EBUSY },
	{ 504, ETIMEDOUT },
};

static int code_of(int http_status)
{
	size_t i;

	for (i = 0; i < array_size(codes); i++)
		if (codes[i].http_status == http_status)
			return codes[i].code;
	return EIO;
}

static const char *member_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int describe(int http_status, const json_t *status, struct error *err)
{
	const char *message = member_string(status, "message");
	_cleanup_free_ char *readable = NULL;
	int code = code_of(http_status);

	if (code == ESTALE && !strcmp(member_string(status, "reason"), "AlreadyExists"))
		code = EEXIST;
	if (!*message)
		return error_set(err, code, "the API server answers %d", http_status);
	readable = str_escape(message);
	return error_set(err, code, "%.*s", MESSAGE_MAX, readable ? readable : "?");
}

int status_to_error(int http_status, const char *body, size_t size, struct error *err)
{
	_cleanup_json_ json_t *root = NULL;

	if (size && tree_parse("the answer", body, size, &root, NULL) < 0)
		root = NULL;
	return describe(http_status, root, err);
}

int status_object_to_error(const json_t *status, struct error *err)
{
	json_int_t code = json_integer_value(json_object_get(status, "code"));

	return describe(code >= 400 && code < 600 ? code : 500, status, err);
}
