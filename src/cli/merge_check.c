// SPDX-License-Identifier: Apache-2.0
#include "cli/merge_check.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/frame/cli.h"
#include "cli/input.h"
#include "profile/diff/diff.h"
#include "util/cleanup.h"
#include "util/error.h"

static const struct diff_options needs_more = { .fail_on = FAIL_ON_ADDED | FAIL_ON_WIDENED };

int merge_check(const char *base_path, const struct document_options *options,
		const struct profile *profile, const struct recording *recording,
		enum diff_format format, struct error *err)
{
	_cleanup_documents_ struct documents documents = {};
	_cleanup_diff_ struct diff *diff = NULL;
	const struct diff_side new = { .path = "the union",
				       .profile = profile,
				       .recording = recording };
	struct diff_side old = { .path = base_path };
	_cleanup_free_ char *text = NULL;
	int r;

	r = input_read_deriving(base_path, options, NULL, &documents, err);
	if (r < 0)
		return r;
	if (documents.length != 1)
		return error_set(err, EINVAL, "%s has %zu profiles: --check takes one", base_path,
				 documents.length);
	old.profile = documents.items[0].profile;
	old.recording = documents.items[0].recording;
	old.base_profile = documents.items[0].base_profile;
	if ((r = diff_create(&needs_more, &diff, err)) < 0 ||
	    (r = diff_add(diff, base_path, &old, &new, err)) < 0 ||
	    (r = diff_report(diff, format, &text, err)) < 0 || (r = cli_print(text, err)) < 0)
		return r;
	return diff->verdict;
}
