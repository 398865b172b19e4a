// SPDX-License-Identifier: Apache-2.0
#include "agent/pod_selector.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "json/cursor.h"
#include "selection/label_syntax.h"
#include "selection/selector.h"
#include "util/array.h"
#include "util/error.h"
#include "util/text_stream.h"

/* The limits of crds/profilerecording.yaml. */
#define LABELS_MAX 64
#define EXPRESSIONS_MAX 32
#define VALUES_MAX 64

/*
 * Keys and values are written only if they are valid, so that none can be read as a part of the
 * grammar.
 */
struct writer {
	FILE *out;
	size_t count; /* requirements so far */
};

struct operation {
	const char *name;
	const char *one;  /* between the key and a single value; NULL: takes no values */
	const char *many; /* between the key and several */
};

static const struct operation operations[] = {
	{ "In", "=", " in (" },
	{ "NotIn", "!=", " notin (" },
	{ "Exists", NULL, NULL },
	{ "DoesNotExist", NULL, NULL },
};

static int check_limit(const struct cursor *at, size_t length, size_t max, struct error *err)
{
	return length <= max ? 0 : cursor_fail(at, err, "%zu are more than %zu", length, max);
}

static int check_key(const struct cursor *at, const char *key, struct error *err)
{
	const char *problem = *key ? label_key_problem(key) : "must not be empty";

	return problem ? cursor_fail(at, err, "the key %s", problem) : 0;
}

static int get_value(const struct cursor *at, const char **ret_value, struct error *err)
{
	const char *problem;
	int r = cursor_get_string(at, ret_value, err);

	if (r < 0)
		return r;
	problem = label_value_problem(*ret_value);
	return problem ? cursor_fail(at, err, "the value %s", problem) : 0;
}

static void begin_requirement(struct writer *writer)
{
	if (writer->count++)
		fputc(',', writer->out);
}

static int write_labels(struct writer *writer, const struct cursor *selector, struct error *err)
{
	struct cursor labels, member;
	const char *key, *text;
	json_t *value;
	int r;

	if (!cursor_optional(selector, "matchLabels", &labels))
		return 0;
	if ((r = cursor_check_object(&labels, err)) < 0 ||
	    (r = check_limit(&labels, json_object_size(labels.value), LABELS_MAX, err)) < 0)
		return r;
	json_object_foreach((json_t *)labels.value, key, value) {
		member = (struct cursor){ value, &labels, key, 0 };
		if ((r = check_key(&member, key, err)) < 0 ||
		    (r = get_value(&member, &text, err)) < 0)
			return r;
		begin_requirement(writer);
		fprintf(writer->out, "%s=%s", key, text);
	}
	return 0;
}

/* One value is written with "=" because a list of an empty one, "()", is no selector. */
static int write_values(struct writer *writer, const struct cursor *values,
			const struct operation *operation, size_t count, struct error *err)
{
	struct cursor element;
	const char *text;
	size_t i;
	int r;

	fputs(count == 1 ? operation->one : operation->many, writer->out);
	for (i = 0; i < count; i++) {
		element = cursor_element(values, i);
		r = get_value(&element, &text, err);
		if (r < 0)
			return r;
		fprintf(writer->out, "%s%s", i ? "," : "", text);
	}
	if (count > 1)
		fputc(')', writer->out);
	return 0;
}

/* Returns NULL after an error. */
static const struct operation *find_operation(const struct cursor *expression, struct error *err)
{
	struct cursor member;
	const char *name;
	size_t i;

	if (cursor_require_string(expression, "operator", &member, &name, err) < 0)
		return NULL;
	for (i = 0; i < array_size(operations); i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	cursor_fail(&member, err, "use In, NotIn, Exists or DoesNotExist");
	return NULL;
}

static int count_values(const struct cursor *expression, const struct operation *operation,
			struct cursor *values, size_t *ret_count, struct error *err)
{
	size_t count = 0;
	int r;

	if (cursor_optional(expression, "values", values) &&
	    ((r = cursor_get_length(values, &count, err)) < 0 ||
	     (r = check_limit(values, count, VALUES_MAX, err)) < 0))
		return r;
	if (!operation->one && count)
		return cursor_fail(values, err, "%s takes no values", operation->name);
	if (operation->one && !count)
		return cursor_fail(expression, err, "%s needs at least one of values",
				   operation->name);
	*ret_count = count;
	return 0;
}

static int write_expression(const struct cursor *expression, void *data, struct error *err)
{
	const struct operation *operation;
	struct writer *writer = data;
	struct cursor member, values;
	const char *key;
	size_t count = 0;
	int r;

	if ((r = cursor_require_string(expression, "key", &member, &key, err)) < 0 ||
	    (r = check_key(&member, key, err)) < 0)
		return r;
	operation = find_operation(expression, err);
	if (!operation)
		return -EINVAL;
	r = count_values(expression, operation, &values, &count, err);
	if (r < 0)
		return r;
	begin_requirement(writer);
	fprintf(writer->out, "%s%s", strcmp(operation->name, "DoesNotExist") == 0 ? "!" : "", key);
	return count ? write_values(writer, &values, operation, count, err) : 0;
}

static int write_selector(struct writer *writer, const struct cursor *selector, struct error *err)
{
	struct cursor expressions;
	size_t count;
	int r;

	if ((r = cursor_check_object(selector, err)) < 0 ||
	    (r = write_labels(writer, selector, err)) < 0)
		return r;
	if (cursor_optional(selector, "matchExpressions", &expressions) &&
	    ((r = cursor_get_length(&expressions, &count, err)) < 0 ||
	     (r = check_limit(&expressions, count, EXPRESSIONS_MAX, err)) < 0))
		return r;
	return cursor_each(selector, "matchExpressions", write_expression, writer, err);
}

int pod_selector_text(const struct cursor *selector, char **ret_text, struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_selector_ struct selector *parsed = NULL;
	_cleanup_free_ char *text = NULL;
	struct writer writer = { .out = text_stream_open(&stream) };
	int r;

	if (!writer.out)
		return error_nomem(err);
	r = write_selector(&writer, selector, err);
	if (r < 0)
		return r;
	r = text_stream_take(&stream, &text, err);
	if (r == 0)
		r = selector_parse(text, &parsed, err);
	if (r == 0)
		*ret_text = steal_pointer(&text);
	return r;
}
