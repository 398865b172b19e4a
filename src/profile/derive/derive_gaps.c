// SPDX-License-Identifier: Apache-2.0
#include "profile/derive/derive_gaps.h"

#include <stdio.h>

#include "util/error.h"
#include "util/notes.h"
#include "util/string_set.h"
#include "util/text_stream.h"

/* The texts after the names of the calls. */
static const char *const sentences[GAP_COUNT] = {
	[GAP_UNRECORDED] = ": the recording lacks arguments, so the profile allows all",
	[GAP_MANY] = ": more values were seen than are kept, so the profile allows all",
	[GAP_RUNTIME] = ": the runtime's own arguments are not recorded, so the profile does "
			"not limit them to what was seen",
	[GAP_CLONE3 + CLONE3_CGROUP] = " stays allowed, with all flags: it was asked to start a "
				       "process in another cgroup, which clone cannot do",
	[GAP_CLONE3 + CLONE3_PIDS] = " stays allowed, with all flags: it was asked for chosen "
				     "process ids, which clone cannot give",
	[GAP_CLONE3 + CLONE3_FLAGS] = " stays allowed, with all flags: it was asked for flags that "
				      "clone does not have",
	[GAP_CLONE3 + CLONE3_UNRECORDED] = " stays allowed, with all flags: the recording lacks "
					   "what it was asked for",
};

int derive_gaps_add(struct derive_gaps *gaps, enum gap gap, const char *name, struct error *err)
{
	return string_set_add(&gaps->items[gap].names, &gaps->items[gap].count, name, err);
}

int derive_gaps_write(const struct derive_gaps *gaps, struct notes *notes, struct error *err)
{
	size_t i, k;
	int r = 0;

	for (i = 0; i < GAP_COUNT && r == 0; i++) {
		_cleanup_text_stream_ struct text_stream stream = {};
		_cleanup_free_ char *names = NULL;
		FILE *out;

		if (!gaps->items[i].count)
			continue;
		out = text_stream_open(&stream);
		if (!out)
			return error_nomem(err);
		for (k = 0; k < gaps->items[i].count; k++)
			fprintf(out, "%s%s", k ? ", " : "", gaps->items[i].names[k]);
		r = text_stream_take(&stream, &names, err);
		if (r == 0)
			r = notes_add(notes, err, "%s%s", names, sentences[i]);
	}
	return r;
}

void derive_gaps_finish(struct derive_gaps *gaps)
{
	size_t i;

	for (i = 0; i < GAP_COUNT; i++)
		string_set_free(gaps->items[i].names, gaps->items[i].count);
}
