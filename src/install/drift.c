// SPDX-License-Identifier: Apache-2.0
#include "install/drift.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "install/store.h"
#include "profile/document/document.h"
#include "profile/semantics/semantics.h"
#include "profile/model/model.h"
#include "syscalls/syscalls.h"
#include "util/error.h"
#include "util/string_set.h"
#include "util/text_stream.h"

#define NAMES_SHOWN 8

/* The calls that the changed file permits more (wider) or less (narrower) than before. */
struct drift {
	char **wider, **narrower;
	size_t wider_count, narrower_count;
	bool other; /* some call gets another answer with the same permission */
};

static void drift_finish(struct drift *drift)
{
	string_set_free(drift->wider, drift->wider_count);
	string_set_free(drift->narrower, drift->narrower_count);
}

static int add_difference(void *data, const char *name, const struct call_comparison *comparison,
			  struct error *err)
{
	const char *shown = name ? name : "calls without a name";
	struct drift *drift = data;
	int r = 0;

	if (comparison->wider.found)
		r = string_set_add(&drift->wider, &drift->wider_count, shown, err);
	if (r == 0 && comparison->narrower.found)
		r = string_set_add(&drift->narrower, &drift->narrower_count, shown, err);
	drift->other |= comparison->other.found;
	return r;
}

static int compare_on(struct drift *drift, const char *scmp_arch, const struct profile *installed,
		      const struct profile *now, struct error *err)
{
	_cleanup_semantics_ struct semantics *a = NULL, *b = NULL;
	int r = semantics_create(installed, scmp_arch, &a, err);

	if (r == 0)
		r = semantics_create(now, scmp_arch, &b, err);
	if (r == 0)
		r = semantics_visit_differences(a, b, add_difference, drift, err);
	return r;
}

static int compare(struct drift *drift, const struct profile *installed, const struct profile *now,
		   struct error *err)
{
	const char *native = abi_scmp_arch(machine_native(), ABI_NATIVE);
	char **names = NULL;
	size_t count = 0;
	int r = profile_collect_architectures(installed, native, &names, &count, err);

	if (r == 0)
		r = profile_collect_architectures(now, native, &names, &count, err);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = compare_on(drift, names[i], installed, now, err);
	string_set_free(names, count);
	return r;
}

static void write_names(FILE *out, const char *verb, char *const *names, size_t count,
			const char *separator)
{
	if (!count)
		return;
	fprintf(out, "%s%s ", separator, verb);
	for (size_t i = 0; i < count && i < NAMES_SHOWN; i++)
		fprintf(out, "%s%s", i ? ", " : "", names[i]);
	if (count > NAMES_SHOWN)
		fprintf(out, " and %zu more", count - NAMES_SHOWN);
}

static int write_drift(const struct drift *drift, char **ret_text, struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);

	if (!out)
		return error_nomem(err);
	write_names(out, "now allows", drift->wider, drift->wider_count, "");
	write_names(out, "no longer allows", drift->narrower, drift->narrower_count,
		    drift->wider_count ? "; " : "");
	if (!drift->wider_count && !drift->narrower_count)
		fputs(drift->other ? "allows the same calls, but answers others differently" :
				     "differs in text or mode, but not in effect",
		      out);
	return text_stream_take(&stream, ret_text, err);
}

static int say(const char *text, char **ret_text, struct error *err)
{
	char *copy = strdup(text);

	if (!copy)
		return error_nomem(err);
	*ret_text = copy;
	return 0;
}

int drift_describe(const struct store_entry *entry, char **ret_text, struct error *err)
{
	_cleanup_documents_ struct documents installed = {}, now = {};
	_cleanup_(drift_finish) struct drift drift = {};
	_cleanup_error_ struct error problem = ERROR_INIT;
	int r;

	if (!entry->content)
		return say("is no longer a regular file", ret_text, err);
	r = documents_read(entry->path, entry->installed, entry->installed_size, NULL, &installed,
			   &problem);
	if (r == 0)
		r = documents_read(entry->path, entry->content, entry->size, NULL, &now, &problem);
	if (r == 0)
		r = compare(&drift, installed.items[0].profile, now.items[0].profile, &problem);
	if (r == -ENOMEM)
		return error_nomem(err);
	if (r < 0)
		return say(error_message(&problem), ret_text, err);
	return write_drift(&drift, ret_text, err);
}
