// SPDX-License-Identifier: Apache-2.0
#include "util/log.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/str.h"

static struct {
	enum log_level level;
	enum log_format format;
	void (*before)(void *data);
	void *before_data;
} logger = { .level = LOG_INFO };

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

void log_set_level(enum log_level level)
{
	logger.level = level;
}

enum log_level log_get_level(void)
{
	return logger.level;
}

void log_set_format(enum log_format format)
{
	logger.format = format;
}

enum log_format log_get_format(void)
{
	return logger.format;
}

void log_set_before(void (*before)(void *data), void *data)
{
	logger.before = before;
	logger.before_data = data;
}

static void write_json(enum log_level level, const char *message)
{
	struct timespec now;
	char time[STR_TIME_SIZE];
	_cleanup_free_ char *line = NULL, *safe = NULL;
	json_t *object;

	clock_gettime(CLOCK_REALTIME, &now);
	str_format_time(time, now.tv_sec * 1000000000LL + now.tv_nsec);
	object = json_pack("{s:s, s:s, s:s}", "time", time, "level", level_names[level], "message",
			   message);
	if (!object && (safe = str_escape(message))) /* text that is not UTF-8 */
		object = json_pack("{s:s, s:s, s:s}", "time", time, "level", level_names[level],
				   "message", safe);
	line = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (line)
		fprintf(stderr, "%s\n", line);
}

static void write_text(enum log_level level, const char *message)
{
	_cleanup_free_ char *safe = str_escape(message);

	if (level == LOG_INFO)
		fprintf(stderr, "recorder: %s\n", safe ? safe : message);
	else
		fprintf(stderr, "recorder: %s: %s\n", level_names[level], safe ? safe : message);
}

void log_line(enum log_level level, const char *format, ...)
{
	_cleanup_free_ char *message = NULL;
	va_list args;
	int written;

	if (level > logger.level)
		return;
	va_start(args, format);
	written = vasprintf(&message, format, args);
	va_end(args);
	if (written < 0) {
		message = NULL;
		return;
	}
	if (logger.before)
		logger.before(logger.before_data);
	if (logger.format == LOG_JSON)
		write_json(level, message);
	else
		write_text(level, message);
}
