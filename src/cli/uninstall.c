// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/frame/cli.h"
#include "cli/frame/host_option.h"
#include "install/profile_use.h"
#include "cli/store_options.h"
#include "install/localhost_path.h"
#include "install/store.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"

struct uninstall_options {
	const char *root;
	const char *host_root;
	const char *prefix;
	const char *namespace;
	const char *runtime_endpoint;
	bool force;
};

struct paths {
	char **items; /* sorted, each once */
	size_t count;
};

static void paths_finish(struct paths *paths)
{
	string_set_free(paths->items, paths->count);
}

/*
 * Adds the path for an argument: a name, or the whole value of localhostProfile as install and
 * list print it.
 */
static int add_path(struct paths *paths, const struct uninstall_options *options,
		    const char *argument, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	int r;

	if (strchr(argument, '/')) {
		r = localhost_path_check(argument, err);
		return r < 0 ? r : string_set_add(&paths->items, &paths->count, argument, err);
	}
	r = localhost_path_create(options->prefix, options->namespace, argument, &path, err);
	return r < 0 ? r : string_set_add(&paths->items, &paths->count, path, err);
}

static int refuse_if_used(const struct profile_use *use, const struct store_entry *entry,
			  struct error *err)
{
	_cleanup_free_ const struct confined **users = NULL;
	_cleanup_free_ char *first = NULL, *shown = NULL;
	size_t count;
	int r = profile_use_find(use, entry, &users, &count, err);

	if (r < 0 || count == 0)
		return r;
	first = profile_use_name(users[0]);
	shown = first ? str_escape(first) : NULL;
	if (!shown)
		return error_nomem(err);
	return error_set(err, EBUSY,
			 "%s is used by %zu running container%s (%s%s), which could not start "
			 "again without it; --force removes it anyway",
			 entry->path, count, count == 1 ? "" : "s", shown,
			 count == 1 ? "" : " and others");
}

/* Checks all profiles before the first one is removed. */
static int check(const struct store *store, const struct paths *paths,
		 const struct uninstall_options *options, struct error *err)
{
	_cleanup_profile_use_ struct profile_use use = {};
	int r = 0;

	if (!options->force)
		r = profile_use_init(&use, options->root, options->runtime_endpoint, err);
	for (size_t i = 0; r == 0 && i < paths->count; i++) {
		_cleanup_store_entry_ struct store_entry entry = {};

		r = store_inspect(store, paths->items[i], &entry, err);
		if (r == 0 && !options->force)
			r = refuse_if_used(&use, &entry, err);
	}
	return r;
}

static int remove_all(struct store *store, const struct paths *paths, bool force, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < paths->count; i++) {
		_cleanup_free_ char *line = NULL;

		r = store_remove(store, paths->items[i], force, err);
		if (r == -EPERM)
			r = error_set(err, EPERM, "%s; --force removes it anyway",
				      error_message(err));
		if (r < 0)
			return r;
		if (asprintf(&line, "removed: %s\n", paths->items[i]) < 0) {
			line = NULL;
			return error_nomem(err);
		}
		r = cli_print(line, err);
	}
	return r;
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct uninstall_options *options = call->options;
	_cleanup_store_ struct store *store = NULL;
	_cleanup_host_root_ struct host_root host = HOST_ROOT_INIT;
	_cleanup_(paths_finish) struct paths paths = {};
	int r = host_option_enter(options->host_root, &host, err);

	for (int i = 0; r == 0 && i < call->argc; i++)
		r = add_path(&paths, options, call->argv[i], err);
	if (r == 0)
		r = store_open(options->root, STORE_WRITE, STORE_PERSON, &store, err);
	if (r == 0)
		r = check(store, &paths, options, err);
	if (r == 0)
		r = remove_all(store, &paths, options->force, err);
	return r;
}

static const struct cli_option options_table[] = {
	STORE_ROOT_OPTION(struct uninstall_options),
	HOST_ROOT_OPTION(struct uninstall_options),
	STORE_PATH_OPTIONS(struct uninstall_options),
	RUNTIME_ENDPOINT_OPTION(struct uninstall_options),
	{ .name = "force",
	  .type = CLI_FLAG,
	  .offset = offsetof(struct uninstall_options, force),
	  .help = "also remove a profile that a running container uses, and a file that recorder "
		  "did not install" },
	{},
};

const struct cli_command uninstall_command = {
	.name = "uninstall",
	.summary = "Removes installed profiles that no running container uses.",
	.synopsis = (const char *const[]){ "[OPTION]... NAME...", NULL },
	.description =
		(const char *const[]){
			"NAME is a profile's name, looked for under --prefix and --namespace, or the "
			"whole value of localhostProfile, such as operator/shop/web.json.",
			"A profile that a running container uses is not removed: its next start "
			"would fail. 'recorder list' shows which containers use a profile.",
			NULL,
		},
	.options = options_table,
	.options_size = sizeof(struct uninstall_options),
	.arguments_min = 1,
	.arguments_max = -1,
	.complete = CLI_COMPLETE_NONE,
	.logs = true,
	.examples = (const struct cli_example[]){ { "Remove a profile of a namespace:",
						    "recorder uninstall -n shop web" },
						  {} },
	.run = run,
};
