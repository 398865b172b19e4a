// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <bpf/libbpf.h>
#include <seccomp.h>
#include <stdio.h>

#include "cli/frame/cli.h"
#include "util/cleanup.h"
#include "util/error.h"

static int run(const struct cli_call *call, struct error *err)
{
	const struct scmp_version *seccomp = seccomp_version();
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s %s (libbpf %s, libseccomp %u.%u.%u)\n", call->program->name,
		     call->program->version, libbpf_version_string() + 1, seccomp->major,
		     seccomp->minor, seccomp->micro) < 0) {
		text = NULL;
		return error_nomem(err);
	}
	return cli_print(text, err);
}

const struct cli_command version_command = {
	.name = "version",
	.summary = "Prints the versions of recorder and of its most important libraries.",
	.synopsis = (const char *const[]){ "", NULL },
	.run = run,
};
