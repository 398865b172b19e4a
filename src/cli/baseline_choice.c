// SPDX-License-Identifier: Apache-2.0
#include "cli/baseline_choice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/frame/cli.h"
#include "cli/input.h"
#include "profile/baseline/baseline.h"
#include "util/cleanup.h"
#include "util/error.h"

void baseline_choice_finish(struct baseline_choice *choice)
{
	free(choice->title);
	free(choice->note);
	conditional_profile_destroy(choice->own_conditional);
	documents_finish(&choice->documents);
	*choice = (struct baseline_choice){};
}

/* Sets the title, and a note if the table is that of another version. */
static int describe(struct baseline_choice *choice, const char *version, bool exact,
		    struct error *err)
{
	const struct baseline *table = choice->table;

	if (asprintf(&choice->title, "%s %s", table->runtime, version ? version : table->last) <
	    0) {
		choice->title = NULL;
		return error_nomem(err);
	}
	if (exact)
		return 0;
	if (asprintf(&choice->note,
		     "there is no table for %s %s; using the nearest, that of %s to %s",
		     table->runtime, version, table->first, table->last) < 0) {
		choice->note = NULL;
		return error_nomem(err);
	}
	return 0;
}

static int use_table(struct baseline_choice *choice, const char *runtime, const char *version,
		     struct error *err)
{
	bool exact;
	int r = baseline_find(runtime, version, &choice->table, &exact, err);

	if (r == -EINVAL)
		return cli_usage_error(err,
				       "'%s' is not a version of %s; write for example "
				       "%s@1.36.3",
				       version, runtime, runtime);
	if (r == 0)
		r = describe(choice, version, exact, err);
	if (r == 0)
		r = baseline_conditional_profile(choice->table, &choice->own_conditional, err);
	choice->conditional = choice->own_conditional;
	return r;
}

static int use_file(struct baseline_choice *choice, const char *path,
		    const struct container_context *context, struct error *err)
{
	const struct document_options options = { .context = context };
	_cleanup_error_ struct error reason = ERROR_INIT;
	int r = input_read(path, &options, &choice->documents, &reason);

	if (r == -ENOENT)
		return cli_usage_error(err,
				       "--baseline %s: there is no such file and no such runtime; "
				       "there are tables of " BASELINE_RUNTIMES,
				       path);
	if (r < 0)
		return error_set(err, -r, "%s", error_message(&reason));
	if (choice->documents.length != 1)
		return error_set(err, EINVAL,
				 "%s has %zu profiles, but a baseline is a single one: extract it "
				 "with 'recorder convert --document'",
				 path, choice->documents.length);
	if (!choice->documents.items[0].profile)
		return error_set(err, EINVAL,
				 "%s: the container was started without a filter, which is no "
				 "baseline",
				 path);
	choice->conditional = choice->documents.items[0].conditional;
	choice->title = strdup(path);
	return choice->title ? 0 : error_nomem(err);
}

/* Splits RUNTIME@VERSION. The caller owns ret_runtime, which is NULL if text is no runtime. */
static int split_name(const char *text, char **ret_runtime, const char **ret_version,
		      struct error *err)
{
	const char *at = strchr(text, '@');
	_cleanup_free_ char *runtime = strndup(text, at ? (size_t)(at - text) : strlen(text));

	if (!runtime)
		return error_nomem(err);
	*ret_runtime = baseline_has_runtime(runtime) ? steal_pointer(&runtime) : NULL;
	*ret_version = at ? at + 1 : NULL;
	return 0;
}

bool baseline_choice_is_table(const char *text)
{
	_cleanup_free_ char *runtime = NULL;
	const char *version;

	return split_name(text, &runtime, &version, NULL) == 0 && runtime;
}

int baseline_choice_init(struct baseline_choice *ret_choice, const char *text,
			 const struct container_context *context, struct error *err)
{
	_cleanup_baseline_choice_ struct baseline_choice choice = {};
	_cleanup_free_ char *runtime = NULL;
	const char *version = NULL;
	int r = split_name(text, &runtime, &version, err);

	if (r == 0)
		r = runtime ? use_table(&choice, runtime, version, err) :
			      use_file(&choice, text, context, err);
	if (r < 0)
		return r;
	*ret_choice = choice;
	choice = (struct baseline_choice){};
	return 0;
}

int baseline_choice_init_engine(struct baseline_choice *ret_choice, const char *engine,
				const char *version, bool *ret_known, struct error *err)
{
	_cleanup_baseline_choice_ struct baseline_choice choice = {};
	bool known = baseline_has_runtime(engine);
	int r = known ? use_table(&choice, engine, version, err) : 0;

	if (r < 0)
		return r;
	*ret_known = known;
	if (known) {
		*ret_choice = choice;
		choice = (struct baseline_choice){};
	}
	return 0;
}

int baseline_choice_init_table(struct baseline_choice *ret_choice, const char *text,
			       struct error *err)
{
	_cleanup_baseline_choice_ struct baseline_choice choice = {};
	_cleanup_free_ char *runtime = NULL;
	const char *version = NULL;
	int r = split_name(text, &runtime, &version, err);

	if (r == 0 && !runtime)
		return cli_usage_error(err,
				       "there is no built-in table '%s'; 'recorder baseline list' "
				       "names them",
				       text);
	if (r == 0)
		r = use_table(&choice, runtime, version, err);
	if (r < 0)
		return r;
	*ret_choice = choice;
	choice = (struct baseline_choice){};
	return 0;
}
