// SPDX-License-Identifier: Apache-2.0
#include "selection/selector.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "selection/label_syntax.h"
#include "util/array.h"
#include "util/error.h"
#include "util/label.h"
#include "util/str.h"

enum operator{
	OPERATOR_IN,	 /* "=", "==" and "in" */
	OPERATOR_NOT_IN, /* "!=" and "notin" */
	OPERATOR_EXISTS,
	OPERATOR_NOT_EXISTS,
	OPERATOR_GREATER,
	OPERATOR_LESS,
};

struct requirement {
	char *key;
	enum operator operator;
	char **values;
	size_t value_count;
	int64_t bound; /* of OPERATOR_GREATER and OPERATOR_LESS */
};

struct selector {
	struct requirement *requirements;
	size_t requirement_count;
};

static void requirement_finish(struct requirement *requirement)
{
	size_t i;

	for (i = 0; i < requirement->value_count; i++)
		free(requirement->values[i]);
	free(requirement->values);
	free(requirement->key);
	*requirement = (struct requirement){};
}

void selector_destroy(struct selector *selector)
{
	size_t i;

	if (!selector)
		return;
	for (i = 0; i < selector->requirement_count; i++)
		requirement_finish(&selector->requirements[i]);
	free(selector->requirements);
	free(selector);
}

/* A token: the special symbols, a word, or (length 0) the end of the text. */
struct token {
	const char *start;
	size_t length;
	bool word;
};

struct parser {
	const char *text;
	const char *rest;
	struct error *err;
};

#define SPACES " \t\r\n"
#define SYMBOLS "=!(),<>"

static struct token peek(const struct parser *parser)
{
	const char *start = parser->rest + strspn(parser->rest, SPACES);
	struct token token = { start, strcspn(start, SPACES SYMBOLS), true };

	if (token.length || !*start)
		return token;
	token.word = false;
	token.length = str_has_prefix(start, "==") || str_has_prefix(start, "!=") ? 2 : 1;
	return token;
}

static struct token consume(struct parser *parser)
{
	struct token token = peek(parser);

	parser->rest = token.start + token.length;
	return token;
}

static bool is_end(struct token token)
{
	return token.length == 0;
}

static bool is_word(struct token token)
{
	return token.word && token.length;
}

static bool is(struct token token, const char *text)
{
	return token.length == strlen(text) && memcmp(token.start, text, token.length) == 0;
}

static int unexpected(const struct parser *parser, struct token token, const char *expected)
{
	size_t column = token.start - parser->text + 1;

	if (is_end(token))
		return error_set(parser->err, EINVAL,
				 "selector '%s' ends at column %zu, expected %s", parser->text,
				 column, expected);
	return error_set(parser->err, EINVAL,
			 "selector '%s': found '%.*s' in column %zu, expected %s", parser->text,
			 (int)token.length, token.start, column, expected);
}

static int invalid(const struct parser *parser, struct token token, const char *what,
		   const char *why)
{
	return error_set(parser->err, EINVAL, "selector '%s': the %s '%.*s' in column %zu %s",
			 parser->text, what, (int)token.length, token.start,
			 (size_t)(token.start - parser->text + 1), why);
}

static int parse_key(struct parser *parser, struct requirement *requirement)
{
	struct token token = consume(parser);
	const char *why;

	if (!is_word(token))
		return unexpected(parser, token, "a label key");
	requirement->key = strndup(token.start, token.length);
	if (!requirement->key)
		return error_nomem(parser->err);
	why = label_key_problem(requirement->key);
	return why ? invalid(parser, token, "key", why) : 0;
}

/* Adds a word as a value. Any other token means the empty value. */
static int add_value(struct parser *parser, struct requirement *requirement, struct token token)
{
	_cleanup_free_ char *value = strndup(token.start, is_word(token) ? token.length : 0);
	const char *why;
	char **grown;

	if (!value)
		return error_nomem(parser->err);
	why = label_value_problem(value);
	if (why)
		return invalid(parser, token, "value", why);
	grown = array_grow(requirement->values, requirement->value_count, sizeof(*grown));
	if (!grown)
		return error_nomem(parser->err);
	requirement->values = grown;
	grown[requirement->value_count++] = steal_pointer(&value);
	return 0;
}

/* Parses "(a,b)". As in Kubernetes, a value may be empty but the list may not. */
static int parse_list(struct parser *parser, struct requirement *requirement)
{
	struct token token = consume(parser);
	int r;

	if (!is(token, "("))
		return unexpected(parser, token, "'('");
	if (is(peek(parser), ")"))
		return unexpected(parser, peek(parser), "a value");
	do {
		token = peek(parser);
		if (is_word(token))
			consume(parser);
		else if (!is(token, ",") && !is(token, ")"))
			return unexpected(parser, token, "a value, ',' or ')'");
		r = add_value(parser, requirement, token);
		if (r < 0)
			return r;
		token = consume(parser);
	} while (is(token, ","));
	if (!is(token, ")"))
		return unexpected(parser, token, "',' or ')'");
	return 0;
}

/* Parses one value, which is empty before a comma and at the end. */
static int parse_value(struct parser *parser, struct requirement *requirement)
{
	struct token token = peek(parser);

	if (is_word(token))
		consume(parser);
	else if (!is_end(token) && !is(token, ","))
		return unexpected(parser, token, "a value");
	return add_value(parser, requirement, token);
}

/*
 * Parses an integer as strconv.ParseInt does: decimal digits after an optional sign, 64 bits.
 */
static bool parse_integer(const char *text, int64_t *ret_value)
{
	const char *digits = text + (*text == '-' || *text == '+');
	char *end;

	if (!*digits || digits[strspn(digits, "0123456789")])
		return false;
	errno = 0;
	*ret_value = strtoll(text, &end, 10);
	return errno == 0;
}

static int parse_bound(struct parser *parser, struct requirement *requirement)
{
	struct token token = consume(parser);
	int r;

	if (!is_word(token))
		return unexpected(parser, token, "a whole number");
	r = add_value(parser, requirement, token);
	if (r < 0)
		return r;
	if (!parse_integer(requirement->values[0], &requirement->bound))
		return invalid(parser, token, "value", "is not a whole number");
	return 0;
}

static const struct {
	const char *text;
	enum operator operator;
	int (*parse)(struct parser *parser, struct requirement *requirement);
} operators[] = {
	{ "=", OPERATOR_IN, parse_value },	  { "==", OPERATOR_IN, parse_value },
	{ "!=", OPERATOR_NOT_IN, parse_value },	  { "in", OPERATOR_IN, parse_list },
	{ "notin", OPERATOR_NOT_IN, parse_list }, { ">", OPERATOR_GREATER, parse_bound },
	{ "<", OPERATOR_LESS, parse_bound },
};

static int parse_requirement(struct parser *parser, struct requirement *requirement)
{
	struct token token = peek(parser);
	bool negated = is(token, "!");
	size_t i;
	int r;

	if (negated)
		consume(parser);
	r = parse_key(parser, requirement);
	if (r < 0)
		return r;
	token = peek(parser);
	if (negated || is_end(token) || is(token, ",")) {
		requirement->operator= negated ? OPERATOR_NOT_EXISTS : OPERATOR_EXISTS;
		return 0;
	}
	consume(parser);
	for (i = 0; i < array_size(operators); i++) {
		if (!is(token, operators[i].text))
			continue;
		requirement->operator= operators[i].operator;
		return operators[i].parse(parser, requirement);
	}
	return unexpected(parser, token, "',', '=', '==', '!=', 'in', 'notin', '>' or '<'");
}

static int add_requirement(struct parser *parser, struct selector *selector)
{
	struct requirement *grown =
		array_grow(selector->requirements, selector->requirement_count, sizeof(*grown));
	struct requirement *requirement;

	if (!grown)
		return error_nomem(parser->err);
	selector->requirements = grown;
	requirement = &grown[selector->requirement_count++];
	*requirement = (struct requirement){};
	return parse_requirement(parser, requirement);
}

int selector_parse(const char *text, struct selector **ret_selector, struct error *err)
{
	_cleanup_selector_ struct selector *selector = calloc(1, sizeof(*selector));
	struct parser parser = { text, text, err };
	struct token token;
	int r;

	if (!selector)
		return error_nomem(err);
	if (!is_end(peek(&parser))) {
		do {
			r = add_requirement(&parser, selector);
			if (r < 0)
				return r;
			token = consume(&parser);
		} while (is(token, ","));
		if (!is_end(token))
			return unexpected(&parser, token, "',' or the end");
	}
	*ret_selector = steal_pointer(&selector);
	return 0;
}

static const char *find_label(const struct label *labels, size_t label_count, const char *key)
{
	size_t i;

	for (i = 0; i < label_count; i++)
		if (strcmp(labels[i].key, key) == 0)
			return labels[i].value;
	return NULL;
}

static bool has_value(const struct requirement *requirement, const char *value)
{
	size_t i;

	for (i = 0; i < requirement->value_count; i++)
		if (strcmp(requirement->values[i], value) == 0)
			return true;
	return false;
}

/* value is NULL when the object lacks the key. */
static bool requirement_matches(const struct requirement *requirement, const char *value)
{
	int64_t number;

	switch (requirement->operator) {
	case OPERATOR_IN:
		return value && has_value(requirement, value);
	case OPERATOR_NOT_IN:
		return !value || !has_value(requirement, value);
	case OPERATOR_EXISTS:
		return value;
	case OPERATOR_NOT_EXISTS:
		return !value;
	case OPERATOR_GREATER:
		return value && parse_integer(value, &number) && number > requirement->bound;
	case OPERATOR_LESS:
		return value && parse_integer(value, &number) && number < requirement->bound;
	}
	return false;
}

bool selector_matches(const struct selector *selector, const struct label *labels,
		      size_t label_count)
{
	size_t i;

	for (i = 0; i < selector->requirement_count; i++) {
		const struct requirement *requirement = &selector->requirements[i];

		if (!requirement_matches(requirement,
					 find_label(labels, label_count, requirement->key)))
			return false;
	}
	return true;
}
