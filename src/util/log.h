/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

/*
 * Log lines for people and machines, on standard error. Only cli/ and agent/ log errors,
 * warnings and information; other code returns errors and logs only LOG_DEBUG. The level and
 * format are the only global state of the program.
 */
enum log_level {
	LOG_ERROR,
	LOG_WARNING,
	LOG_INFO,
	LOG_DEBUG,
};

enum log_format {
	LOG_TEXT, /* "recorder: warning: …" */
	LOG_JSON, /* {"time":"…","level":"warning","message":"…"} on each line */
};

void log_set_level(enum log_level level);
enum log_level log_get_level(void);
void log_set_format(enum log_format format);
enum log_format log_get_format(void);

/* Writes one line. Escapes control characters in the text, so that hostile names stay on it. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

/*
 * A hook that is called before each line is written, so that a status line on a terminal
 * can be wiped first. NULL removes it.
 */
void log_set_before(void (*before)(void *data), void *data);

#endif
