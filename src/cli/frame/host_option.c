// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/host_option.h"

#include <string.h>

#include "util/error.h"

int host_option_enter(const char *option, struct host_root *ret_host_root, struct error *err)
{
	const char *path = option ?: host_root_find();

	if (!path || strcmp(path, "/") == 0)
		return 0;
	if (host_root_enter(path, ret_host_root, err) < 0)
		return error_prefix(err, "the host's files at %s", path);
	return 0;
}
