// SPDX-License-Identifier: Apache-2.0
#include "json/scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/error.h"

#define DIGITS_MAX 18 /* fits, whatever they are */

static bool fail(struct scan *scan)
{
	scan->failed = true;
	return false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool scan_ends(struct scan *scan)
{
	while (scan->at < scan->end && is_space(*scan->at))
		scan->at++;
	return !scan->failed && scan->at == scan->end;
}

/* Whether anything is left behind the space. */
static bool skip_space(struct scan *scan)
{
	return !scan_ends(scan) || fail(scan);
}

/* Whether the quote is part of its string: behind an odd number of backslashes. */
static bool is_escaped(const char *quote)
{
	size_t backslashes = 0;

	while (*--quote == '\\') /* stops at the opening quote at the latest */
		backslashes++;
	return backslashes % 2;
}

/* From the opening quote to behind the closing one. */
static bool skip_string(struct scan *scan)
{
	const char *at = scan->at;

	do {
		at = memchr(at + 1, '"', scan->end - (at + 1));
	} while (at && is_escaped(at));
	if (!at)
		return fail(scan);
	scan->at = at + 1;
	return true;
}

/* Behind the bracket that closes the one at the scan; jansson sees whether it is the right one. */
static bool skip_nested(struct scan *scan)
{
	size_t depth = 0;

	while (scan->at < scan->end) {
		switch (*scan->at) {
		case '"':
			if (!skip_string(scan))
				return false;
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			depth--;
			break;
		}
		scan->at++;
		if (!depth)
			return true;
	}
	return fail(scan);
}

static bool ends_plain_value(char c)
{
	return is_space(c) || c == ',' || c == ']' || c == '}';
}

bool scan_open(struct scan *scan, char bracket)
{
	if (scan->failed || !skip_space(scan) || *scan->at != bracket)
		return false;
	scan->at++;
	scan->opened = true;
	return true;
}

bool scan_more(struct scan *scan, char closing_bracket)
{
	bool first = scan->opened;

	scan->opened = false;
	if (scan->failed || !skip_space(scan))
		return false;
	if (*scan->at == closing_bracket) {
		scan->at++;
		return false;
	}
	if (first)
		return true;
	if (*scan->at != ',')
		return fail(scan);
	scan->at++;
	return true;
}

bool scan_value(struct scan *scan, struct slice *ret_value)
{
	const char *begin;

	if (scan->failed || !skip_space(scan))
		return false;
	begin = scan->at;
	if (*begin == '"') {
		if (!skip_string(scan))
			return false;
	} else if (*begin == '{' || *begin == '[') {
		if (!skip_nested(scan))
			return false;
	} else {
		while (scan->at < scan->end && !ends_plain_value(*scan->at))
			scan->at++;
		if (scan->at == begin)
			return fail(scan);
	}
	*ret_value = (struct slice){ begin, scan->at };
	return true;
}

bool scan_key(struct scan *scan, struct slice *ret_key)
{
	if (!scan_value(scan, ret_key))
		return false;
	if (*ret_key->begin != '"' || !skip_space(scan) || *scan->at != ':')
		return fail(scan);
	scan->at++;
	return true;
}

bool slice_is(struct slice string, const char *word)
{
	size_t length = strlen(word);
	json_t *decoded;
	bool is;

	if ((size_t)(string.end - string.begin) == length + 2 &&
	    memcmp(string.begin + 1, word, length) == 0)
		return true;
	if (!memchr(string.begin, '\\', string.end - string.begin))
		return false;
	decoded = json_loadb(string.begin, string.end - string.begin, JSON_DECODE_ANY, NULL);
	is = decoded && strcmp(json_string_value(decoded), word) == 0;
	json_decref(decoded);
	return is;
}

bool slice_text(struct slice value, char *buffer, size_t size)
{
	const char *at = value.begin + 1;
	size_t i, length = value.end - value.begin;

	if (*value.begin != '"' || length - 1 > size)
		return false;
	for (i = 0; i < length - 2; i++) {
		if (at[i] < ' ' || at[i] > '~' || at[i] == '\\')
			return false;
		buffer[i] = at[i];
	}
	buffer[i] = '\0';
	return true;
}

bool slice_number(struct slice value, uint64_t *ret_number)
{
	const char *at = value.begin;
	uint64_t number = 0;

	if (value.end - at > DIGITS_MAX || (*at == '0' && value.end - at > 1))
		return false;
	for (; at < value.end; at++) {
		if (*at < '0' || *at > '9')
			return false;
		number = number * 10 + (*at - '0');
	}
	*ret_number = number;
	return true;
}

int slice_tree(struct slice value, json_t **ret_tree, struct error *err)
{
	bool nested = *value.begin == '{' || *value.begin == '[';
	size_t size = value.end - value.begin;
	json_t *tree = NULL;

	if (nested)
		tree_parse("", value.begin, size, &tree, NULL);
	else
		tree = json_loadb(value.begin, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
				  NULL);
	if (!tree)
		return error_set(err, EBADMSG, "not JSON");
	*ret_tree = tree;
	return 0;
}

/* Writes the object without what is cut, and finds where that is. */
static bool write_outline(struct scan *scan, const char *const *cut, struct slice *slices,
			  FILE *out)
{
	struct slice key, value;
	const char *from;
	size_t i;

	scan_open(scan, '{');
	from = scan->at - 1; /* the space before would make it look like no object */
	while (scan_more(scan, '}')) {
		if (!scan_key(scan, &key) || !scan_value(scan, &value))
			return false;
		for (i = 0; cut[i] && !slice_is(key, cut[i]); i++)
			;
		if (!cut[i])
			continue;
		slices[i] = value;
		fwrite(from, 1, value.begin - from, out);
		fputs("null", out);
		from = value.end;
	}
	fwrite(from, 1, scan->at - from, out);
	return !scan->failed;
}

static int outline_object(struct scan *scan, const char *const *cut, json_t **ret_tree,
			  struct slice *slices, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool written;

	if (!out)
		return error_nomem(err);
	written = write_outline(scan, cut, slices, out);
	if (fclose(out) != 0)
		return error_nomem(err);
	if (!written)
		return error_set(err, EBADMSG, "not JSON");
	return slice_tree((struct slice){ text, text + size }, ret_tree, err);
}

int scan_outline(struct scan *scan, const char *const *cut, json_t **ret_tree,
		 struct slice *ret_slices, struct error *err)
{
	struct scan before;
	struct slice value;
	size_t i;

	for (i = 0; cut[i]; i++)
		ret_slices[i] = (struct slice){ NULL, NULL };
	before = *scan;
	if (scan_open(&before, '{'))
		return outline_object(scan, cut, ret_tree, ret_slices, err);
	if (!scan_value(scan, &value))
		return error_set(err, EBADMSG, "not JSON");
	return slice_tree(value, ret_tree, err);
}
