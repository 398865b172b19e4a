/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

/*
 * What the fuzz targets share: taking an input apart, and what every function that can fail
 * promises. A property that does not hold is asserted, which the fuzzer reports as a finding.
 */
#undef NDEBUG
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of an input. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* 0 when nothing is left. */
static inline uint8_t take_byte(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->at++;
}

/*
 * The text up to the next separator or the end, owned by the caller: on the heap and not a byte
 * longer than it is, so that reading past its end is noticed.
 */
static inline char *take_text(struct input *input, char separator)
{
	const uint8_t *end = memchr(input->at, separator, input->left);
	size_t length = end ? (size_t)(end - input->at) : input->left;
	char *text = strndup((const char *)input->at, length);

	assert(text);
	input->at += length + (end != NULL);
	input->left -= length + (end != NULL);
	return text;
}

/*
 * Whether a call failed. A failure's error is set, with the code that was returned; a success
 * leaves it alone. Finishes the error.
 */
static inline bool failed(int ret, struct error *err)
{
	bool failure = ret < 0;

	assert(err->code == (failure ? -ret : 0));
	assert(failure == (err->message && *err->message));
	error_finish(err);
	return failure;
}

#endif
