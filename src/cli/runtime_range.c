// SPDX-License-Identifier: Apache-2.0
#include "cli/runtime_range.h"

#include <string.h>

#include "cli/frame/cli.h"
#include "util/array.h"
#include "util/error.h"

int runtime_range_parse(const char *option, const char *text, struct runtime_range *ret_range,
			struct error *err)
{
	static const char *const names[] = { "runc", "crun" };
	const char *at = strchrnul(text, '@');
	struct runtime_range range = {};
	size_t i;

	for (i = 0; i < array_size(names); i++)
		if (strlen(names[i]) == (size_t)(at - text) &&
		    memcmp(names[i], text, at - text) == 0)
			range.name = names[i];
	if (*at)
		range.version = version_parse(at + 1);
	if (!range.name || (*at && !version_is_known(&range.version)))
		return cli_usage_error(err, "%s %s: write runc, crun, or for example runc@1.1.5",
				       option, text);
	*ret_range = range;
	return 0;
}
