// SPDX-License-Identifier: Apache-2.0
#include "util/version.h"

#include <stdlib.h>

struct version version_parse(const char *text)
{
	struct version version = {};
	char *end;
	int i;

	if (*text == 'v')
		text++;
	for (i = 0; i < VERSION_PARTS && *text >= '0' && *text <= '9'; i++) {
		version.parts[i] = strtoul(text, &end, 10);
		text = *end == '.' ? end + 1 : "";
	}
	return version;
}

int version_compare(const struct version *a, const struct version *b)
{
	int i;

	for (i = 0; i < VERSION_PARTS; i++)
		if (a->parts[i] != b->parts[i])
			return a->parts[i] < b->parts[i] ? -1 : 1;
	return 0;
}

bool version_is_known(const struct version *version)
{
	return version->parts[0] || version->parts[1] || version->parts[2];
}
