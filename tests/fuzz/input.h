/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

/*
 * Shared by the fuzz targets: taking an input apart, and checking the promises of every function
 * that can fail. Properties are asserted, and the fuzzer reports a failed assertion as a finding.
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

/* The rest of an input. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* Takes a byte. 0 if nothing is left. */
static inline uint8_t take_byte(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->at++;
}

/*
 * Takes the text up to the next separator or the end. The caller owns it. It is on the heap and
 * has no spare byte, so that reading past its end is noticed.
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
 * True if a call failed. Checks that a failure sets err with the returned code, and that a
 * success leaves it alone. Finishes the error.
 */
static inline bool failed(int r, struct error *err)
{
	bool failure = r < 0;

	assert(err->code == (failure ? -r : 0));
	assert(failure == (err->message && *err->message));
	error_finish(err);
	return failure;
}

#endif
