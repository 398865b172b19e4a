// SPDX-License-Identifier: Apache-2.0
#include "util/text_stream.h"

#include <stdbool.h>
#include <stdlib.h>

#include "util/error.h"

FILE *text_stream_open(struct text_stream *stream)
{
	*stream = (struct text_stream){};
	stream->out = open_memstream(&stream->text, &stream->size);
	return stream->out;
}

char *text_stream_close(struct text_stream *stream)
{
	FILE *out = steal_pointer(&stream->out);
	bool failed = !out || ferror(out);

	/* Only closing the stream sets the string for certain. */
	if (out && fclose(out) != 0)
		failed = true;
	if (!failed)
		return steal_pointer(&stream->text);
	text_stream_finish(stream);
	return NULL;
}

int text_stream_take(struct text_stream *stream, char **ret_text, struct error *err)
{
	char *text = text_stream_close(stream);

	if (!text)
		return error_nomem(err);
	*ret_text = text;
	return 0;
}

void text_stream_finish(struct text_stream *stream)
{
	if (stream->out)
		fclose(stream->out);
	free(stream->text);
	*stream = (struct text_stream){};
}
