// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/frame/cli.h"
#include "cli/frame/host_option.h"
#include "install/profile_use.h"
#include "cli/report_format.h"
#include "cli/store_options.h"
#include "install/drift.h"
#include "install/store.h"
#include "json/builder.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"
#include "util/text_stream.h"

#define LINK_TEXT "a symbolic link, which is not followed: the profiles behind it are not listed"

struct list_options {
	const char *root;
	const char *host_root;
	const char *runtime_endpoint;
	bool check;
	int format; /* enum report_format */
};

/* One line of the list. */
struct row {
	char *path;
	enum store_state state;
	int64_t installed_at;
	char *drift;		       /* NULL unless changed */
	const struct confined **users; /* the elements point into struct profile_use */
	size_t user_count;
};

struct rows {
	struct row *items;
	size_t length;
};

static void row_finish(struct row *row)
{
	free(row->path);
	free(row->drift);
	free(row->users);
}

static void rows_finish(struct rows *rows)
{
	for (size_t i = 0; i < rows->length; i++)
		row_finish(&rows->items[i]);
	free(rows->items);
}

static int fill_row(struct row *row, const struct store *store, const struct profile_use *use,
		    const char *path, struct error *err)
{
	_cleanup_store_entry_ struct store_entry entry = {};
	int r = store_inspect(store, path, &entry, err);

	if (r == 0 && entry.state == STORE_CHANGED)
		r = drift_describe(&entry, &row->drift, err);
	else if (r == 0 && entry.link && !(row->drift = strdup(LINK_TEXT)))
		r = error_nomem(err);
	if (r == 0)
		r = profile_use_find(use, &entry, &row->users, &row->user_count, err);
	if (r < 0)
		return r;
	row->path = steal_pointer(&entry.path);
	row->state = entry.state;
	row->installed_at = entry.installed_at;
	return 0;
}

static int add_row(struct rows *rows, const struct store *store, const struct profile_use *use,
		   const char *path, struct error *err)
{
	_cleanup_(row_finish) struct row row = {};
	struct row *items;
	int r = fill_row(&row, store, use, path, err);

	/* Somebody has removed it since it was listed. */
	if (r == -ENOENT) {
		error_finish(err);
		return 0;
	}
	if (r < 0)
		return r;
	items = array_grow(rows->items, rows->length, sizeof(*items));
	if (!items)
		return error_nomem(err);
	rows->items = items;
	items[rows->length++] = row;
	row = (struct row){};
	return 0;
}

static int find_rows(const char *root, const struct profile_use *use, struct rows *rows,
		     struct error *err)
{
	_cleanup_store_ struct store *store = NULL;
	char **paths = NULL;
	size_t count = 0;
	int r = store_open(root, STORE_READ, STORE_PERSON, &store, err);

	if (r == 0)
		r = store_list(store, &paths, &count, err);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_row(rows, store, use, paths[i], err);
	string_set_free(paths, count);
	return r;
}

static bool has_drift(const struct rows *rows)
{
	for (size_t i = 0; i < rows->length; i++)
		if (rows->items[i].state == STORE_CHANGED || rows->items[i].state == STORE_MISSING)
			return true;
	return false;
}

/* "2026-11-22T18:30:00Z": whole seconds are enough. */
static void write_time(FILE *out, int64_t installed_at)
{
	char text[STR_TIME_SIZE] = "-";

	if (installed_at) {
		str_format_time(text, installed_at);
		memcpy(text + strcspn(text, "."), "Z", 2);
	}
	fprintf(out, "%-20s", text);
}

static int write_row(FILE *out, const struct row *row, int path_width, struct error *err)
{
	_cleanup_free_ char *path = str_escape(row->path);

	if (!path)
		return error_nomem(err);
	fprintf(out, "%-9s  ", store_state_name(row->state));
	write_time(out, row->installed_at);
	fprintf(out, "  %-*s  ", path_width, path);
	for (size_t i = 0; i < row->user_count; i++) {
		_cleanup_free_ char *name = profile_use_name(row->users[i]);
		_cleanup_free_ char *shown = name ? str_escape(name) : NULL;

		if (!shown)
			return error_nomem(err);
		fprintf(out, "%s%s", i ? ", " : "", shown);
	}
	fprintf(out, "%s\n", row->user_count ? "" : "-");
	if (row->drift) {
		_cleanup_free_ char *drift = str_escape(row->drift);

		fprintf(out, "           %s\n", drift ? drift : "");
	}
	return 0;
}

static int rows_to_text(const struct rows *rows, char **ret_text, struct error *err)
{
	static const char heading[] = "LOCALHOST PROFILE";
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	size_t width = strlen(heading);
	int r = 0;

	if (!out)
		return error_nomem(err);
	for (size_t i = 0; i < rows->length; i++)
		if (strlen(rows->items[i].path) > width)
			width = strlen(rows->items[i].path);
	fprintf(out, "%-9s  %-20s  %-*s  %s\n", "STATE", "INSTALLED", (int)width, heading,
		"USED BY");
	for (size_t i = 0; r == 0 && i < rows->length; i++)
		r = write_row(out, &rows->items[i], width, err);
	return r < 0 ? r : text_stream_take(&stream, ret_text, err);
}

static json_t *user_to_json(struct builder *builder, const struct confined *user)
{
	json_t *object = builder_object(builder);

	builder_set_string(builder, object, "id", user->id);
	builder_set_string(builder, object, "namespace", user->pod_namespace);
	builder_set_string(builder, object, "pod", user->pod_name);
	builder_set_string(builder, object, "container", user->name);
	return object;
}

static json_t *row_to_json(struct builder *builder, const struct row *row)
{
	json_t *object = builder_object(builder), *users = builder_array(builder);
	char time[STR_TIME_SIZE];

	builder_set_string(builder, object, "localhostProfile", row->path);
	builder_set_string(builder, object, "state", store_state_name(row->state));
	if (row->installed_at) {
		str_format_time(time, row->installed_at);
		builder_set_string(builder, object, "installedAt", time);
	}
	builder_set_string(builder, object, "drift", row->drift);
	for (size_t i = 0; i < row->user_count; i++)
		builder_append(builder, users, user_to_json(builder, row->users[i]));
	builder_set(builder, object, "usedBy", users);
	return object;
}

static int rows_to_json(const struct rows *rows, char **ret_text, struct error *err)
{
	struct builder builder = {};
	_cleanup_json_ json_t *array = builder_array(&builder);

	for (size_t i = 0; i < rows->length; i++)
		builder_append(&builder, array, row_to_json(&builder, &rows->items[i]));
	return builder_text(&builder, array, ret_text, err);
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct list_options *options = call->options;
	_cleanup_profile_use_ struct profile_use use = {};
	_cleanup_(rows_finish) struct rows rows = {};
	_cleanup_host_root_ struct host_root host = HOST_ROOT_INIT;
	_cleanup_free_ char *text = NULL;
	int r = host_option_enter(options->host_root, &host, err);

	if (r == 0)
		r = profile_use_init(&use, options->root, options->runtime_endpoint, err);
	if (r == 0)
		r = find_rows(options->root, &use, &rows, err);
	if (r == 0)
		r = options->format == REPORT_JSON ? rows_to_json(&rows, &text, err) :
						     rows_to_text(&rows, &text, err);
	if (r == 0)
		r = cli_print(text, err);
	if (r < 0)
		return r;
	return options->check && has_drift(&rows) ? CLI_FAILURE : CLI_SUCCESS;
}

#define OPTION(member) .offset = offsetof(struct list_options, member)

static const struct cli_option options_table[] = {
	STORE_ROOT_OPTION(struct list_options),
	HOST_ROOT_OPTION(struct list_options),
	RUNTIME_ENDPOINT_OPTION(struct list_options),
	{ .name = "check",
	  .type = CLI_FLAG,
	  OPTION(check),
	  .help = "exit with 1 if a profile has been changed or is missing" },
	REPORT_FORMAT_OPTION(struct list_options),
	{},
};

const struct cli_command list_command = {
	.name = "list",
	.summary = "Lists the installed profiles, their later changes and the containers that use "
		   "them.",
	.synopsis = (const char *const[]){ "[OPTION]...", NULL },
	.description =
		(const char *const[]){
			"STATE is 'installed'; 'changed' if the file differs from what was "
			"installed, with the calls that it now allows or denies; 'missing' if it "
			"is gone; or 'unknown' for a file that recorder did not install.",
			"USED BY lists the running containers that were started with the profile: "
			"those that CRI reports, or else those whose OCI bundle has the same "
			"rules.",
			NULL,
		},
	.options = options_table,
	.options_size = sizeof(struct list_options),
	.complete = CLI_COMPLETE_NONE,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Fail when somebody has changed a profile:", "recorder list --check" },
			{ "List the profiles that no container uses:",
			  "recorder list --format json | jq '.[] | select(.usedBy == [])'" },
			{},
		},
	.run = run,
};
