// SPDX-License-Identifier: Apache-2.0
#include "profile/recording/recording_calls.h"

#include <errno.h>
#include <string.h>

#include "util/error.h"
#include "util/str.h"

/* The largest number that BPF can hand over; 32-bit ARM's private calls are at 0xf0000. */
/* The kernel takes 32 bits of what a program gives for a number, whether there is such a call or not. */
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
static int field_of(struct json_slice key, int guess)
{
	int i, field;

	for (i = 0; i < FIELD_COUNT; i++) {
		field = (guess + i) % FIELD_COUNT;
		if (json_slice_is(key, field_names[field]))
			return field;
	}
	return -ENOENT;
}

/* Reads one member and returns which it was; -EINVAL where it is not what recorder writes. */
static int scan_field(struct json_scan *scan, int guess, struct call_fields *fields)
{
	struct json_slice key, value;
	bool plain;
	int field;

	if (!json_scan_key(scan, &key) || !json_scan_value(scan, &value))
		return -EINVAL;
	field = field_of(key, guess);
	if (field < 0 || fields->texts[field])
		return -EINVAL;
	if (field == FIELD_NR)
		plain = json_slice_number(value, &fields->nr) && fields->nr <= CALL_NR_MAX;
	else
		plain = json_slice_text(value, fields->buffers[field], TEXT_SIZE);
	fields->texts[field] = fields->buffers[field];
	return plain ? field : -EINVAL;
}

/*
 * Reads a call as recorder writes it, whatever the order of its fields. Where this is false, it may be
 * right all the same: jansson has the last word.
 */
static bool scan_fields(struct json_scan *scan, bool with_origin, struct call_fields *fields)
{
	int field = -1;

	memset(fields->texts, 0, sizeof(fields->texts));
	if (!json_scan_open(scan, '{'))
		return false;
	while (json_scan_more(scan, '}')) {
		field = scan_field(scan, field + 1, fields);
		if (field < 0)
			return false;
	}
	return !scan->failed && fields->texts[FIELD_NR] && fields->texts[FIELD_ABI] &&
	       !fields->texts[FIELD_ORIGIN] == !with_origin;
}

/* The same from a tree, with everything refused that is wrong. */
static int tree_fields(const struct json_at *at, bool with_origin, struct call_fields *fields,
		       struct error *err)
{
	struct json_at member;
	int field, ret;

	memset(fields->texts, 0, sizeof(fields->texts));
	if ((ret = json_object_only(at, with_origin ? field_names : denied_field_names, err)) < 0 ||
	    (ret = json_required(at, "nr", &member, err)) < 0 ||
	    (ret = json_number(&member, CALL_NR_MAX, &fields->nr, err)) < 0 ||
	    (ret = json_required(at, "abi", &member, err)) < 0 ||
	    (with_origin && (ret = json_required(at, "origin", &member, err)) < 0))
		return ret;
	for (field = FIELD_NAME; field < FIELD_COUNT; field++)
		if (json_member(at, field_names[field], &member) &&
		    (ret = json_text(&member, &fields->texts[field], err)) < 0)
			return ret;
	return 0;
}

static struct json_at field_at(const struct json_at *object, enum field field)
{
	return (struct json_at){ .parent = object, .key = field_names[field] };
}

/* The number of a name that from_name() knows; unknown ones are refused. */
static int read_name(const struct json_at *object, const struct call_fields *fields,
		     enum field field, int (*from_name)(const char *), struct error *err)
{
	const struct json_at at = field_at(object, field);
	int number = from_name(fields->texts[field]);

	return number < 0 ?
		       json_refuse(&at, err, "\"%s\" is not known here", fields->texts[field]) :
		       number;
}

static int read_first_seen(const struct json_at *object, const char *text, int64_t *ret_time,
			   struct error *err)
{
	const struct json_at at = field_at(object, FIELD_FIRST_SEEN);
	_cleanup_error_ struct error problem = ERROR_INIT;

	if (str_parse_time(text, ret_time, &problem) < 0)
		return json_refuse(&at, err, "%s", error_message(&problem));
	return 0;
}

static int read_process(const struct json_at *object, const char *text, struct call *call,
			struct error *err)
{
	const struct json_at at = field_at(object, FIELD_PROCESS);

	if (strlen(text) >= sizeof(call->process))
		return json_refuse(&at, err, "a process name has at most %zu bytes",
				   sizeof(call->process) - 1);
	strcpy(call->process, text);
	return 0;
}

/* The name says what the number says already; one that contradicts it is a forged file. */
static int check_name(const struct json_at *object, const char *text, enum machine machine,
		      const struct call *call, struct error *err)
{
	const char *name = syscall_name(machine, call->abi, call->nr);
	const struct json_at at = field_at(object, FIELD_NAME);

	if (name && strcmp(name, text) != 0)
		return json_refuse(&at, err, "number %u of ABI %s is %s, not %s", call->nr,
				   abi_name(call->abi), name, text);
	return 0;
}

static int read_fields(const struct json_at *at, const struct call_fields *fields,
		       enum machine machine, struct call *ret_call, struct error *err)
{
	const char *const *texts = fields->texts;
	struct call call = { .nr = fields->nr };
	int ret;

	if ((ret = read_name(at, fields, FIELD_ABI, abi_from_name, err)) < 0)
		return ret;
	call.abi = ret;
	if (!abi_scmp_arch(machine, call.abi))
		return json_refuse(at, err, "%s has no ABI %s", machine_name(machine),
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
static int read_call(struct json_scan *scan, const struct json_at *at, enum machine machine,
		     bool with_origin, struct call *ret_call, struct error *err)
{
	struct json_scan before = *scan;
	_cleanup_json_ json_t *tree = NULL;
	struct json_at tree_at = *at;
	struct call_fields fields;
	struct json_slice value;
	int ret;

	if (!scan_fields(scan, with_origin, &fields)) {
		*scan = before;
		if (!json_scan_value(scan, &value))
			return error_set(err, EBADMSG, "not JSON");
		if ((ret = json_slice_tree(value, &tree, err)) < 0)
			return ret;
		tree_at.value = tree;
		if ((ret = tree_fields(&tree_at, with_origin, &fields, err)) < 0)
			return ret;
	}
	return read_fields(at, &fields, machine, ret_call, err);
}

/*
 * More than the recorder takes down of a container: 16384 numbers beyond its bitmaps. Calls are kept
 * sorted one by one, which takes the square of their number.
 */
#define CALLS_MAX 32768

int recording_read_calls(const struct json_at *at, struct json_slice array, enum machine machine,
			 bool with_origin, struct call_set *calls, struct error *err)
{
	struct json_scan scan = { .at = array.begin, .end = array.end };
	struct json_at element = { .parent = at };
	struct call call;
	int ret;

	json_scan_open(&scan, '[');
	for (; json_scan_more(&scan, ']'); element.index++) {
		ret = read_call(&scan, &element, machine, with_origin, &call, err);
		if (ret < 0)
			return ret;
		if (calls->length == CALLS_MAX)
			return json_refuse(&element, err, "at most %d calls are read", CALLS_MAX);
		if (call_set_find(calls, call.abi, call.nr))
			return json_refuse(&element, err, "this call is there twice");
		ret = call_set_add(calls, &call, err);
		if (ret < 0)
			return ret;
	}
	return scan.failed ? error_set(err, EBADMSG, "not JSON") : 0;
}
