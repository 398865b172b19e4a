// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/frame/cli.h"
#include "cli/frame/host_option.h"
#include "cli/input.h"
#include "cli/report_format.h"
#include "cli/store_options.h"
#include "install/install_plan.h"
#include "json/builder.h"
#include "container/runtime.h"
#include "seccomp/compile.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"
#include "util/str.h"
#include "util/text_stream.h"

enum runtime_choice {
	RUNTIME_AUTO,
	RUNTIME_RUNC,
	RUNTIME_CRUN,
};

struct install_options {
	const char *root;
	const char *host_root;
	const char *prefix;
	const char *namespace;
	const char *name;
	bool force;
	int runtime; /* enum runtime_choice */
	int format;  /* enum report_format */
	struct context_options context;
};

/*
 * Finds the first runtime that fits choice and whose version can be found out. Otherwise leaves
 * ret_runtime and ret_version unchanged. The caller frees ret_version.
 */
static void choose_runtime(enum runtime_choice choice, struct install_runtime *ret_runtime,
			   char **ret_version)
{
	static const char *const names[] = { [RUNTIME_RUNC] = "runc", [RUNTIME_CRUN] = "crun" };

	for (size_t i = RUNTIME_RUNC; i < array_size(names); i++) {
		if (choice != RUNTIME_AUTO && choice != i)
			continue;
		if (runtime_version(names[i], NULL, ret_version, NULL) == 0) {
			*ret_runtime = (struct install_runtime){ names[i], *ret_version };
			return;
		}
	}
}

/*
 * Warns if another libseccomp than that of the runtime decides which names are known. It knows
 * only the calls of its own time.
 */
static void compare_libraries(const char *runtime)
{
	_cleanup_free_ char *theirs = NULL;
	char ours[LIBSECCOMP_VERSION_SIZE];

	libseccomp_version(ours);
	if (runtime_library_version(runtime, &theirs, NULL) == 0 && strcmp(theirs, ours) == 0)
		return;
	log_warning("the names of calls are checked with libseccomp %s, and %s here uses %s", ours,
		    runtime, theirs ?: "one of unknown version");
}

/* "web" for "profiles/web.seccomp.json": drops the suffixes that commands and people add. */
static char *name_of_file(const char *file)
{
	static const char *const suffixes[] = { ".json",      ".yaml",	  ".yml",
						".recording", ".seccomp", ".profile" };
	const char *slash = strrchr(file, '/');
	char *name = strdup(slash ? slash + 1 : file);

	for (size_t i = 0; name && i < array_size(suffixes); i++)
		if (str_has_suffix(name, suffixes[i]))
			name[strlen(name) - strlen(suffixes[i])] = '\0';
	return name;
}

/* Adds all profiles of a file. */
static int add_file(struct install_plan *plan, const char *file,
		    const struct document_options *reading, struct install_naming naming,
		    const struct install_runtime *runtime, struct error *err)
{
	_cleanup_documents_ struct documents documents = {};
	_cleanup_free_ char *from_file = NULL;
	int r = input_read(file, reading, &documents, err);

	if (r < 0)
		return r;
	if (strcmp(file, "-") != 0) {
		naming.fallback = from_file = name_of_file(file);
		if (!from_file)
			return error_nomem(err);
	}
	for (size_t i = 0; r == 0 && i < documents.length; i++) {
		if (!naming.name && !documents.items[i].name && !naming.fallback)
			return cli_usage_error(err, "a profile from standard input needs a --name");
		r = install_plan_add(plan, input_name(file), &documents.items[i], &naming, runtime,
				     err);
	}
	return r;
}

static int make_plan(const struct cli_call *call, struct install_plan *plan, struct error *err)
{
	const struct install_options *options = call->options;
	const struct install_naming naming = { options->prefix, options->namespace, options->name,
					       NULL };
	_cleanup_(input_context_finish) struct input_context context = {};
	struct document_options reading = { .context = &context.context };
	struct install_runtime runtime = { NULL, NULL };
	_cleanup_host_root_ struct host_root host = HOST_ROOT_INIT;
	_cleanup_free_ char *version = NULL;
	int r = input_context_init(&context, &options->context, err);

	if (r < 0)
		return r;
	r = host_option_enter(options->host_root, &host, err);
	if (r < 0)
		return r;
	choose_runtime(options->runtime, &runtime, &version);
	if (runtime.name)
		compare_libraries(runtime.name);
	host_root_leave(&host); /* the profiles are not the host's */
	for (int i = 0; r == 0 && i < call->argc; i++)
		r = add_file(plan, call->argv[i], &reading, naming, &runtime, err);
	return r;
}

/* Warns of obstacles. Fails, before anything is written, if a profile cannot be enforced. */
static int judge(const struct install_plan *plan, bool force, struct error *err)
{
	for (size_t i = 0; i < plan->length; i++) {
		const struct planned_profile *planned = &plan->items[i];

		for (size_t k = 0; k < planned->warnings.count; k++)
			log_warning("%s: %s", planned->file, planned->warnings.items[k]);
		for (size_t k = 0; k < planned->obstacles.length; k++) {
			const struct obstacle *obstacle = &planned->obstacles.items[k];

			if (obstacle->severe && !force)
				return error_set(err, ENOTSUP,
						 "%s cannot be enforced on this node as it is "
						 "written: %s; --force installs it anyway",
						 planned->file, obstacle->text);
			log_warning("%s: %s", planned->file, obstacle->text);
		}
	}
	return 0;
}

static int carry_out(const struct install_options *options, struct install_plan *plan,
		     struct error *err)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_host_root_ struct host_root host = HOST_ROOT_INIT;
	int r = host_option_enter(options->host_root, &host, err);

	if (r < 0)
		return r;
	r = store_open(options->root, STORE_CREATE, STORE_PERSON, &store, err);
	if (r == -ENOENT)
		r = error_set(err, ENOENT, "%s; is this a node? --root names another directory",
			      error_message(err));
	for (size_t i = 0; r == 0 && i < plan->length; i++) {
		struct planned_profile *planned = &plan->items[i];

		r = store_put(store, planned->path, planned->content, strlen(planned->content),
			      options->force, &planned->outcome, err);
		if (r == -EEXIST)
			r = error_set(err, EEXIST, "%s; --force replaces it", error_message(err));
		if (r == -ENOTDIR)
			r = error_set(err, ENOTDIR, "%s; --prefix names another directory",
				      error_message(err));
	}
	return r;
}

static void write_text(FILE *out, const char *root, const struct install_plan *plan)
{
	for (size_t i = 0; i < plan->length; i++) {
		const struct planned_profile *planned = &plan->items[i];

		fprintf(out,
			"%s# %s: %s/%s\n"
			"securityContext:\n"
			"  seccompProfile:\n"
			"    type: Localhost\n"
			"    localhostProfile: %s\n",
			i ? "---\n" : "", store_outcome_name(planned->outcome), root, planned->path,
			planned->path);
	}
}

static json_t *security_context(struct builder *builder, const char *path)
{
	json_t *context = builder_object(builder), *profile = builder_object(builder);

	builder_set_string(builder, profile, "type", "Localhost");
	builder_set_string(builder, profile, "localhostProfile", path);
	builder_set(builder, context, "seccompProfile", profile);
	return context;
}

static json_t *obstacles_to_json(struct builder *builder, const struct obstacles *obstacles)
{
	json_t *array = builder_array(builder);

	for (size_t i = 0; i < obstacles->length; i++)
		builder_append(builder, array, tree_from_string(obstacles->items[i].text));
	return array;
}

static int write_json(const char *root, const struct install_plan *plan, char **ret_text,
		      struct error *err)
{
	struct builder builder = {};
	_cleanup_json_ json_t *array = builder_array(&builder);

	for (size_t i = 0; i < plan->length; i++) {
		const struct planned_profile *planned = &plan->items[i];
		json_t *object = builder_object(&builder);

		builder_set_string(&builder, object, "file", planned->file);
		builder_set_string(&builder, object, "outcome",
				   store_outcome_name(planned->outcome));
		builder_set_string(&builder, object, "root", root);
		builder_set_string(&builder, object, "localhostProfile", planned->path);
		builder_set(&builder, object, "notEnforced",
			    obstacles_to_json(&builder, &planned->obstacles));
		builder_set(&builder, object, "securityContext",
			    security_context(&builder, planned->path));
		builder_append(&builder, array, object);
	}
	return builder_text(&builder, array, ret_text, err);
}

static int report(const struct install_options *options, const struct install_plan *plan,
		  struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *text = NULL;
	int r;

	if (options->format == REPORT_JSON) {
		r = write_json(options->root, plan, &text, err);
	} else {
		if (text_stream_open(&stream))
			write_text(stream.out, options->root, plan);
		r = text_stream_take(&stream, &text, err);
	}
	return r < 0 ? r : cli_print(text, err);
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct install_options *options = call->options;
	_cleanup_install_plan_ struct install_plan plan = {};
	int r;

	if (options->name && call->argc > 1)
		return cli_usage_error(err, "--name is for one file: %d are given", call->argc);
	r = make_plan(call, &plan, err);
	if (r == 0)
		r = judge(&plan, options->force, err);
	if (r == 0)
		r = carry_out(options, &plan, err);
	if (r == 0)
		r = report(options, &plan, err);
	return r;
}

#define OPTION(member) .offset = offsetof(struct install_options, member)

static const struct cli_option options_table[] = {
	STORE_ROOT_OPTION(struct install_options),
	HOST_ROOT_OPTION(struct install_options),
	STORE_PATH_OPTIONS(struct install_options),
	{ .name = "name",
	  .argument = "NAME",
	  .type = CLI_STRING,
	  OPTION(name),
	  .help = "the file's name without '.json' (default: the name of the custom resource or "
		  "recording, or of FILE)" },
	{ .name = "force",
	  .type = CLI_FLAG,
	  OPTION(force),
	  .help = "also install what this node cannot enforce, and replace a file that recorder "
		  "did not install" },
	{ .name = "runtime",
	  .type = CLI_CHOICE,
	  OPTION(runtime),
	  .choices = (const char *const[]){ "auto", "runc", "crun", NULL },
	  .initial = "auto",
	  .help = "the runtime that has to enforce it; auto is runc if it is installed, else crun" },
	REPORT_FORMAT_OPTION(struct install_options),
	CONTEXT_OPTIONS(struct install_options, context),
	{},
};

const struct cli_command install_command = {
	.name = "install",
	.summary = "Installs profiles for the kubelet.",
	.synopsis = (const char *const[]){ "[OPTION]... FILE...", NULL },
	.description =
		(const char *const[]){
			"Each FILE is a profile of any format, or a recording; '-' is standard "
			"input. It is written as OCI JSON to "
			"<root>/<prefix>/[<namespace>/]<name>.json, whole or not at all. The "
			"securityContext with which a pod uses it is printed. The directory, the "
			"namespace and the name are DNS-1123 labels.",
			"A profile that this node would not enforce as it is written is refused: "
			"a profile for another machine, with a name that its libseccomp does not "
			"know and that the default action would decide the other way, or with "
			"which its runtime refuses to start a container.",
			"A copy is kept below <root>/.recorder, so that 'recorder list' can find "
			"later changes. Installing the same profile again restores a changed "
			"file, and changes nothing else.",
			NULL,
		},
	.options = options_table,
	.options_size = sizeof(struct install_options),
	.arguments_min = 1,
	.arguments_max = -1,
	.complete = CLI_COMPLETE_FILE,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Install a profile for the pods of a namespace:",
			  "recorder install -n shop web.json" },
			{ "Print only the value of localhostProfile:",
			  "recorder install --format json web.json | jq -r '.[].localhostProfile'" },
			{},
		},
	.run = run,
};
