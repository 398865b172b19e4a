// SPDX-License-Identifier: Apache-2.0
#include "selection/left_out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "recording/observation.h"
#include "util/error.h"
#include "util/notes.h"
#include "util/string_set.h"

static int format_sentence(char **ret_sentence, struct error *err, const char *format, va_list args)
{
	char *sentence;

	if (vasprintf(&sentence, format, args) < 0)
		return error_nomem(err);
	*ret_sentence = sentence;
	return 0;
}

/* A node has fewer containers. More sentences are not kept, so that memory stays bounded. */
#define SENTENCES_MAX 10000

int left_out_add(struct left_out *left_out, struct error *err, const char *format, ...)
{
	_cleanup_free_ char *sentence = NULL;
	va_list args;
	int r;

	va_start(args, format);
	r = format_sentence(&sentence, err, format, args);
	va_end(args);
	if (r < 0 || left_out->count == SENTENCES_MAX)
		return r;
	return string_set_add(&left_out->sentences, &left_out->count, sentence, err);
}

int left_out_pass_over(struct left_out *left_out, struct error *err, const char *format, ...)
{
	char *sentence = NULL;
	va_list args;
	int r;

	va_start(args, format);
	r = format_sentence(&sentence, err, format, args);
	va_end(args);
	if (r < 0)
		return r;
	free(left_out->passed_over);
	left_out->passed_over = sentence;
	return 0;
}

int left_out_apply(const struct left_out *left_out, struct observation *observation,
		   struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < left_out->count && i < LEFT_OUT_SHOWN && r == 0; i++)
		r = observation_add_reason(observation, err, "%s", left_out->sentences[i]);
	if (r == 0 && left_out->count > LEFT_OUT_SHOWN)
		r = observation_add_reason(observation, err,
					   "%zu more containers may belong to it and are not in it",
					   left_out->count - LEFT_OUT_SHOWN);
	return r;
}

int left_out_note(const struct left_out *left_out, struct notes *notes, struct error *err)
{
	struct observation whole = {};
	size_t i;
	int r = left_out_apply(left_out, &whole, err);

	for (i = 0; i < whole.reason_count && r == 0; i++)
		r = notes_add(notes, err, "%s", whole.reasons[i]);
	observation_finish(&whole);
	return r;
}

const char *left_out_reason(const struct left_out *left_out)
{
	return left_out->count ? left_out->sentences[0] : left_out->passed_over;
}

void left_out_forget(struct left_out *left_out)
{
	string_set_free(left_out->sentences, left_out->count);
	left_out->sentences = NULL;
	left_out->count = 0;
}

void left_out_finish(struct left_out *left_out)
{
	left_out_forget(left_out);
	free(left_out->passed_over);
	*left_out = (struct left_out){};
}
