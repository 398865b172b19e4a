// SPDX-License-Identifier: Apache-2.0
#include "profile/baseline/baseline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "profile/baseline/baseline_data.h"
#include "profile/format/conditional_profile.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/version.h"

/* zlib's largest window (15), plus 16 for a gzip header instead of zlib's. */
#define WINDOW_BITS_GZIP (15 + 16)

bool baseline_has_runtime(const char *runtime)
{
	size_t i;

	for (i = 0; i < baseline_count; i++)
		if (strcmp(baselines[i].runtime, runtime) == 0)
			return true;
	return false;
}

int baseline_find(const char *runtime, const char *version, const struct baseline **ret_baseline,
		  bool *ret_exact, struct error *err)
{
	struct version wanted = version_parse(version ? version : ""), first, last;
	const struct baseline *found = NULL;
	size_t i;

	if (version && !version_is_known(&wanted))
		return error_set(err, EINVAL,
				 "'%s' is not a version of %s; write for example %s@1.36.3",
				 version, runtime, runtime);
	for (i = 0; i < baseline_count; i++) {
		if (strcmp(baselines[i].runtime, runtime) != 0)
			continue;
		first = version_parse(baselines[i].first);
		if (!found || !version || version_compare(&first, &wanted) <= 0)
			found = &baselines[i];
	}
	if (!found)
		return error_set(err, ENOENT, "there is no table of what %s allows by default",
				 runtime);
	first = version_parse(found->first);
	last = version_parse(found->last);
	*ret_baseline = found;
	if (ret_exact)
		*ret_exact = !version || (version_compare(&first, &wanted) <= 0 &&
					  version_compare(&wanted, &last) <= 0);
	return 0;
}

/*
 * Unpacks the archive up to the end of the table. The archive is part of the program, so an
 * error means a damaged program or no memory.
 */
static int unpack(char *tables, size_t size, struct error *err)
{
	z_stream stream = {
		.next_in = (unsigned char *)baseline_archive,
		.avail_in = baseline_archive_size,
		.next_out = (unsigned char *)tables,
		.avail_out = size,
	};
	int status = inflateInit2(&stream, WINDOW_BITS_GZIP);

	if (status != Z_OK)
		return error_nomem(err);
	status = inflate(&stream, Z_SYNC_FLUSH);
	inflateEnd(&stream);
	if (stream.avail_out > 0)
		return error_set(err, EILSEQ, "unpack the built-in tables: zlib error %d", status);
	return 0;
}

/* Returns the text of a table in Docker's form, baseline->size bytes without a final NUL. */
static int read_table(const struct baseline *baseline, char **ret_text, struct error *err)
{
	_cleanup_free_ char *tables = malloc(baseline->offset + baseline->size);
	int r;

	if (!tables)
		return error_nomem(err);
	r = unpack(tables, baseline->offset + baseline->size, err);
	if (r < 0)
		return r;
	memmove(tables, tables + baseline->offset, baseline->size);
	*ret_text = steal_pointer(&tables);
	return 0;
}

int baseline_conditional_profile(const struct baseline *baseline,
				 struct conditional_profile **ret_conditional, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = read_table(baseline, &text, err);

	if (r == 0)
		r = conditional_profile_read("built-in table", text, baseline->size,
					     ret_conditional, err);
	if (r < 0)
		error_prefix(err, "the default profile of %s %s", baseline->runtime,
			     baseline->first);
	return r;
}

int baseline_resolve(const struct baseline *baseline, const struct container_context *context,
		     struct profile **ret_profile, struct error *err)
{
	_cleanup_conditional_profile_ struct conditional_profile *conditional = NULL;
	int r = baseline_conditional_profile(baseline, &conditional, err);

	return r < 0 ? r : conditional_profile_resolve(conditional, context, ret_profile, err);
}
