// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_values.h"

#include "json/cursor.h"
#include "util/error.h"
#include "util/str.h"

int recording_read_name(const struct cursor *object, const char *key,
			int (*from_name)(const char *), struct error *err)
{
	struct cursor at;
	const char *text = NULL;
	int r = cursor_require_string(object, key, &at, &text, err);

	if (r < 0)
		return r;
	r = from_name(text);
	return r < 0 ? cursor_fail(&at, err, "\"%s\" is not known here", text) : r;
}

int recording_read_time(const struct cursor *object, const char *key, int64_t *ret_time,
			struct error *err)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	struct cursor at;
	const char *text;
	int r;

	if (!cursor_member(object, key, &at))
		return 0;
	r = cursor_get_string(&at, &text, err);
	if (r < 0)
		return r;
	if (str_parse_time(text, ret_time, &problem) < 0)
		return cursor_fail(&at, err, "%s", error_message(&problem));
	return 0;
}
