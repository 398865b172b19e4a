// SPDX-License-Identifier: Apache-2.0
#include "profile/diff/ignore.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "syscalls/purpose.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

#define NEVER "never"

struct reader {
	const char *name;
	unsigned int line;
	struct ignore_list list;
};

static void entry_finish(struct ignore_entry *entry)
{
	free(entry->call);
	free(entry->reason);
}

void ignore_list_finish(struct ignore_list *list)
{
	size_t i;

	for (i = 0; i < list->length; i++)
		entry_finish(&list->items[i]);
	free(list->items);
	*list = (struct ignore_list){};
}

static bool is_date(const char *text)
{
	struct tm day = {}, normal;
	const char *end = strptime(text, "%Y-%m-%d", &day);

	if (!end || *end || strlen(text) != DATE_SIZE - 1)
		return false;
	/* timegm() turns the 30th of February into a day of March. */
	normal = day;
	return timegm(&normal) != -1 && normal.tm_mday == day.tm_mday;
}

/* Cuts the next word off a line and returns it, or NULL if nothing is left. */
static char *take_word(char **line)
{
	char *word = *line + strspn(*line, " \t"), *end = word + strcspn(word, " \t");

	*line = *end ? end + 1 : end;
	*end = '\0';
	return *word ? word : NULL;
}

static void trim_end(char *text)
{
	size_t length = strlen(text);

	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
}

static int check_entry(const struct reader *reader, const char *call, const char *until,
		       const char *reason, struct error *err)
{
	if (!until || !*reason)
		return error_set(err, EINVAL,
				 "%s:%u: %s: write the call, the last day (as 2027-03-31, or "
				 "'" NEVER "') and the reason",
				 reader->name, reader->line, call);
	if (!*syscall_purpose(call)->name)
		return error_set(err, EINVAL, "%s:%u: no machine has a system call '%s'",
				 reader->name, reader->line, call);
	if (strcmp(until, NEVER) != 0 && !is_date(until))
		return error_set(err, EINVAL,
				 "%s:%u: '%s' is not a day; write it as 2027-03-31, or '" NEVER "'",
				 reader->name, reader->line, until);
	return 0;
}

static int read_line(struct reader *reader, char *line, struct error *err)
{
	struct ignore_list *list = &reader->list;
	struct ignore_entry *grown, entry = { .line = reader->line };
	const char *call, *until, *reason;
	int r;

	trim_end(line);
	call = take_word(&line);
	if (!call || *call == '#')
		return 0;
	until = take_word(&line);
	reason = line + strspn(line, " \t");
	r = check_entry(reader, call, until, reason, err);
	if (r < 0)
		return r;
	grown = array_grow(list->items, list->length, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	list->items = grown;
	snprintf(entry.until, sizeof(entry.until), "%s", until);
	entry.call = strdup(call);
	entry.reason = strdup(reason);
	grown[list->length++] = entry;
	return entry.call && entry.reason ? 0 : error_nomem(err);
}

static int compare_entries(const void *left, const void *right)
{
	const struct ignore_entry *a = left, *b = right;
	int order = strcmp(a->call, b->call);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int read_lines(struct reader *reader, char *text, struct error *err)
{
	const struct ignore_entry *items;
	char *line;
	size_t i;
	int r;

	while ((line = strsep(&text, "\n"))) {
		reader->line++;
		r = read_line(reader, line, err);
		if (r < 0)
			return r;
	}
	items = reader->list.items;
	if (items)
		qsort(reader->list.items, reader->list.length, sizeof(*items), compare_entries);
	for (i = 1; i < reader->list.length; i++)
		if (strcmp(items[i].call, items[i - 1].call) == 0)
			return error_set(err, EINVAL, "%s:%u: %s is already in line %u",
					 reader->name, items[i].line, items[i].call,
					 items[i - 1].line);
	return 0;
}

int ignore_list_read(const char *name, const char *text, size_t size, struct ignore_list *ret_list,
		     struct error *err)
{
	struct reader reader = { .name = name };
	_cleanup_free_ char *copy = strndup(text, size);
	int r;

	if (!copy)
		return error_nomem(err);
	if (strlen(copy) != size)
		return error_set(err, EINVAL, "%s: is not text: it has a NUL byte", name);
	r = read_lines(&reader, copy, err);
	if (r < 0) {
		ignore_list_finish(&reader.list);
		return r;
	}
	*ret_list = reader.list;
	return 0;
}

static int compare_call(const void *call, const void *entry)
{
	return strcmp(call, ((const struct ignore_entry *)entry)->call);
}

const struct ignore_entry *ignore_list_find(const struct ignore_list *list, const char *call)
{
	if (list->length == 0)
		return NULL;
	return bsearch(call, list->items, list->length, sizeof(*list->items), compare_call);
}

bool ignore_entry_expired(const struct ignore_entry *entry, const char *today)
{
	return strcmp(entry->until, NEVER) != 0 && strcmp(entry->until, today) < 0;
}
