// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_calls.h"

#include <errno.h>
#include <string.h>

#include "util/error.h"
#include "util/str.h"

/* The largest number that BPF can hand over; 32-bit ARM's private calls are at 0xf0000. */
/*
 * The kernel takes 32 bits of what a program gives for a number, whether there is such a call
 * or not.
 */
#define CALL_NR_MAX UINT32_MAX

/* In the order in which recorder writes them. */
enum field {
	FIELD_NR,
	FIELD_NAME,
	FIELD_ABI,
	FIELD_ORIGIN, /* not of denied calls */
	FIELD_FIRST_SEEN,
	FIELD_PROCESS,
	FIELD_COUNT,
};

static const char *const field_names[FIELD_COUNT + 1] = {
	"nr", "name", "abi", "origin", "firstSeen", "process",
};
static const char *const denied_field_names[] = {
	"nr", "name", "abi", "firstSeen", "process", NULL,
};

/* Longer than any that recorder writes. */
#define TEXT_SIZE 64

/* A call as it is written; what is not there is NULL. */
struct call_fields {
	uint64_t nr;
	const char *texts[FIELD_COUNT]; /* in buffers, or borrowed from a tree; not that of nr */
	char buffers[FIELD_COUNT][TEXT_SIZE];
};

/* Which field a key is; guess is the one that is most likely. */
static int field_of(struct slice key, int guess)
{
	int i, field;

	for (i = 0; i < FIELD_COUNT; i++) {
		field = (guess + i) % FIELD_COUNT;
		if (slice_is(key, field_names[field]))
			return field;
	}
	return -ENOENT;
}

/* Reads one member and returns which it was; -EINVAL where it is not what recorder writes. */
static int scan_field(struct scan *scan, int guess, struct call_fields *fields)
{
	struct slice key, value;
	bool plain;
	int field;

	if (!scan_key(scan, &key) || !scan_value(scan, &value))
		return -EINVAL;
	field = field_of(key, guess);
	if (field < 0 || fields->texts[field])
		return -EINVAL;
	if (field == FIELD_NR)
		plain = slice_number(value, &fields->nr) && fields->nr <= CALL_NR_MAX;
	else
		plain = slice_text(value, fields->buffers[field], TEXT_SIZE);
	fields->texts[field] = fields->buffers[field];
	return plain ? field : -EINVAL;
}

/*
 * Reads a call as recorder writes it, whatever the order of its fields. Where this is false, it
 * may be right all the same: jansson has the last word.
 */
static bool scan_fields(struct scan *scan, bool with_origin, struct call_fields *fields)
{
	int field = -1;

	memset(fields->texts, 0, sizeof(fields->texts));
	if (!scan_open(scan, '{'))
		return false;
	while (scan_more(scan, '}')) {
		field = scan_field(scan, field + 1, fields);
		if (field < 0)
			return false;
	}
	return !scan->failed && fields->texts[FIELD_NR] && fields->texts[FIELD_ABI] &&
	       !fields->texts[FIELD_ORIGIN] == !with_origin;
}

/* The same from a tree, with everything refused that is wrong. */
static int tree_fields(const struct cursor *at, bool with_origin, struct call_fields *fields,
		       struct error *err)
{
	struct cursor member;
	int field, ret;

	memset(fields->texts, 0, sizeof(fields->texts));
	if ((ret = cursor_check_members(at, with_origin ? field_names : denied_field_names, err)) <
		    0 ||
	    (ret = cursor_required(at, "nr", &member, err)) < 0 ||
	    (ret = cursor_get_number(&member, CALL_NR_MAX, &fields->nr, err)) < 0 ||
	    (ret = cursor_required(at, "abi", &member, err)) < 0 ||
	    (with_origin && (ret = cursor_required(at, "origin", &member, err)) < 0))
		return ret;
	for (field = FIELD_NAME; field < FIELD_COUNT; field++)
		if (cursor_member(at, field_names[field], &member) &&
		    (ret = cursor_get_string(&member, &fields->texts[field], err)) < 0)
			return ret;
	return 0;
}

static struct cursor field_at(const struct cursor *object, enum field field)
{
	return (struct cursor){ .parent = object, .key = field_names[field] };
}

/* The number of a name that from_name() knows; unknown ones are refused. */
static int read_name(const struct cursor *object, const struct call_fields *fields,
		     enum field field, int (*from_name)(const char *), struct error *err)
{
	const struct cursor at = field_at(object, field);
	int number = from_name(fields->texts[field]);

	return number < 0 ?
		       cursor_fail(&at, err, "\"%s\" is not known here", fields->texts[field]) :
		       number;
}

static int read_first_seen(const struct cursor *object, const char *text, int64_t *ret_time,
			   struct error *err)
{
	const struct cursor at = field_at(object, FIELD_FIRST_SEEN);
	_cleanup_error_ struct error problem = ERROR_INIT;

	if (str_parse_time(text, ret_time, &problem) < 0)
		return cursor_fail(&at, err, "%s", error_message(&problem));
	return 0;
}

static int read_process(const struct cursor *object, const char *text, struct call *call,
			struct error *err)
{
	const struct cursor at = field_at(object, FIELD_PROCESS);

	if (strlen(text) >= sizeof(call->process))
		return cursor_fail(&at, err, "a process name has at most %zu bytes",
				   sizeof(call->process) - 1);
	strcpy(call->process, text);
	return 0;
}

/* The name says what the number says already; one that contradicts it is a forged file. */
static int check_name(const struct cursor *object, const char *text, enum machine machine,
		      const struct call *call, struct error *err)
{
	const char *name = syscall_name(machine, call->abi, call->nr);
	const struct cursor at = field_at(object, FIELD_NAME);

	if (name && strcmp(name, text) != 0)
		return cursor_fail(&at, err, "number %u of ABI %s is %s, not %s", call->nr,
				   abi_name(call->abi), name, text);
	return 0;
}

static int read_fields(const struct cursor *at, const struct call_fields *fields,
		       enum machine machine, struct call *ret_call, struct error *err)
{
	const char *const *texts = fields->texts;
	struct call call = { .nr = fields->nr };
	int ret;

	if ((ret = read_name(at, fields, FIELD_ABI, abi_from_name, err)) < 0)
		return ret;
	call.abi = ret;
	if (!abi_scmp_arch(machine, call.abi))
		return cursor_fail(at, err, "%s has no ABI %s", machine_name(machine),
				   abi_name(call.abi));
	if (texts[FIELD_ORIGIN]) {
		ret = read_name(at, fields, FIELD_ORIGIN, origin_from_name, err);
		if (ret < 0)
			return ret;
		call.origin = ret;
	}
	if ((texts[FIELD_FIRST_SEEN] &&
	     (ret = read_first_seen(at, texts[FIELD_FIRST_SEEN], &call.first_seen, err)) < 0) ||
	    (texts[FIELD_PROCESS] &&
	     (ret = read_process(at, texts[FIELD_PROCESS], &call, err)) < 0) ||
	    (texts[FIELD_NAME] &&
	     (ret = check_name(at, texts[FIELD_NAME], machine, &call, err)) < 0))
		return ret;
	*ret_call = call;
	return 0;
}

/* The next call of the array; the scan goes on behind it. */
static int read_call(struct scan *scan, const struct cursor *at, enum machine machine,
		     bool with_origin, struct call *ret_call, struct error *err)
{
	struct scan before = *scan;
	_cleanup_json_ json_t *tree = NULL;
	struct cursor tree_at = *at;
	struct call_fields fields;
	struct slice value;
	int ret;

	if (!scan_fields(scan, with_origin, &fields)) {
		*scan = before;
		if (!scan_value(scan, &value))
			return error_set(err, EBADMSG, "not JSON");
		if ((ret = slice_tree(value, &tree, err)) < 0)
			return ret;
		tree_at.value = tree;
		if ((ret = tree_fields(&tree_at, with_origin, &fields, err)) < 0)
			return ret;
	}
	return read_fields(at, &fields, machine, ret_call, err);
}

/*
 * More than the recorder takes down of a container: 16384 numbers beyond its bitmaps. Calls are
 * kept sorted one by one, which takes the square of their number.
 */
#define CALLS_MAX 32768

int recording_read_calls(const struct cursor *at, struct slice array, enum machine machine,
			 bool with_origin, struct call_set *calls, struct error *err)
{
	struct scan scan = { .at = array.begin, .end = array.end };
	struct cursor element = { .parent = at };
	struct call call;
	int ret;

	scan_open(&scan, '[');
	for (; scan_more(&scan, ']'); element.index++) {
		ret = read_call(&scan, &element, machine, with_origin, &call, err);
		if (ret < 0)
			return ret;
		if (calls->length == CALLS_MAX)
			return cursor_fail(&element, err, "at most %d calls are read", CALLS_MAX);
		if (call_set_find(calls, call.abi, call.nr))
			return cursor_fail(&element, err, "this call is there twice");
		ret = call_set_add(calls, &call, err);
		if (ret < 0)
			return ret;
	}
	return scan.failed ? error_set(err, EBADMSG, "not JSON") : 0;
}
