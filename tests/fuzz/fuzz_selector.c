// SPDX-License-Identifier: Apache-2.0
//
// Label selectors. The first two lines of an input are selectors, each further one a label
// "key=value".
#include "input.h"

#include "selection/label_syntax.h"
#include "selection/selector.h"
#include "util/array.h"
#include "recording/observation.h"

static struct selector *parse(const char *text)
{
	struct selector *selector = NULL;
	struct error err = ERROR_INIT;

	failed(selector_parse(text, &selector, &err), &err);
	return selector;
}

static struct observation read_labels(struct input *input)
{
	struct observation observation = {};
	struct error err = ERROR_INIT;

	while (input->left) {
		_cleanup_free_ char *key = take_text(input, '\n');
		char *value = strchr(key, '=');

		if (value)
			*value++ = '\0';
		assert(!failed(observation_add_label(&observation, key, value ? value : "", &err),
			       &err));
	}
	return observation;
}

static bool is_empty(const char *text)
{
	return text[strspn(text, " \t\r")] == '\0';
}

/* All requirements of a selector must hold, so two joined selectors demand what both demand. */
static void check_union(const char *first, const char *second, const struct label *labels,
			size_t label_count)
{
	_cleanup_selector_ struct selector *one = parse(first), *two = parse(second), *both = NULL;
	_cleanup_free_ char *text = NULL;

	if (!one || !two || is_empty(first) || is_empty(second))
		return;
	text = malloc(strlen(first) + strlen(second) + 2);
	assert(text);
	strcat(strcat(strcpy(text, first), ","), second);
	both = parse(text);
	assert(both);
	assert(selector_matches(both, labels, label_count) ==
	       (selector_matches(one, labels, label_count) &&
		selector_matches(two, labels, label_count)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *first = take_text(&input, '\n'), *second = take_text(&input, '\n');
	_cleanup_observation_ struct observation labelled = read_labels(&input);

	check_union(first, second, labelled.labels, labelled.label_count);
	return 0;
}
