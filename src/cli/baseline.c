// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <string.h>

#include "cli/baseline_choice.h"
#include "cli/frame/cli.h"
#include "cli/input.h"
#include "profile/baseline/baseline.h"
#include "profile/baseline/baseline_report.h"
#include "profile/format/profile_write.h"
#include "profile/model/architecture.h"
#include "util/cleanup.h"
#include "util/error.h"

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_SECCOMP,
};

static const char *const formats[] = {
	[FORMAT_TEXT] = "text",
	[FORMAT_JSON] = "json",
	[FORMAT_SECCOMP] = "seccomp",
	NULL,
};

struct baseline_options {
	int format;
	struct context_options context;
};

static int list(const char *runtime, int format, const struct container_context *context,
		struct error *err)
{
	const char *scmp_arch = architecture_find(context->architecture)->scmp;
	_cleanup_free_ char *text = NULL;
	int r;

	if (runtime && !baseline_has_runtime(runtime))
		return cli_usage_error(
			err,
			"no tables of '%s' are built in; there are tables of " BASELINE_RUNTIMES,
			runtime);
	if (format == FORMAT_SECCOMP)
		return cli_usage_error(err, "--format seccomp prints one table: name it with "
					    "'recorder baseline show'");
	r = format == FORMAT_JSON ? baseline_list_json(runtime, context, scmp_arch, &text, err) :
				    baseline_list_text(runtime, context, scmp_arch, &text, err);
	return r < 0 ? r : cli_print(text, err);
}

static int write_seccomp(const struct baseline_choice *choice,
			 const struct container_context *context, char **ret_text,
			 struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	int r = conditional_profile_resolve(choice->conditional, context, &profile, err);

	return r < 0 ? r : profile_write_oci(profile, ret_text, err);
}

static int show(const char *name, int format, const struct container_context *context,
		struct error *err)
{
	_cleanup_baseline_choice_ struct baseline_choice choice = {};
	_cleanup_free_ char *text = NULL;
	struct baseline_view view = {
		.context = context,
		.scmp_arch = architecture_find(context->architecture)->scmp,
	};
	int r = baseline_choice_init_table(&choice, name, err);

	if (r < 0)
		return r;
	view.title = choice.title;
	view.note = choice.note;
	view.table = choice.table;
	view.conditional = choice.conditional;
	if (format == FORMAT_SECCOMP)
		r = write_seccomp(&choice, context, &text, err);
	else if (format == FORMAT_JSON)
		r = baseline_show_json(&view, &text, err);
	else
		r = baseline_show_text(&view, &text, err);
	return r < 0 ? r : cli_print(text, err);
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct baseline_options *options = call->options;
	_cleanup_input_context_ struct input_context context = {};
	const char *verb = call->argv[0], *name = call->argv[1];
	int r = input_context_init(&context, &options->context, err);

	if (r < 0)
		return r;
	if (strcmp(verb, "list") == 0)
		return list(name, options->format, &context.context, err);
	if (strcmp(verb, "show") != 0)
		return cli_usage_error(err, "'%s' is neither list nor show", verb);
	if (!name)
		return cli_usage_error(err, "name the table to show, such as containerd@2.3.4");
	return show(name, options->format, &context.context, err);
}

static const struct cli_option options_table[] = {
	{ .name = "format",
	  .type = CLI_CHOICE,
	  .offset = offsetof(struct baseline_options, format),
	  .choices = formats,
	  .initial = "text",
	  .help = "the format of the output; seccomp is OCI JSON, and only show has it" },
	{ .name = "arch",
	  .argument = "ARCH",
	  .type = CLI_STRING,
	  .offset = offsetof(struct baseline_options, context.architecture),
	  .group = "Container context",
	  .help = "the architecture, such as amd64 or arm64 (default: this machine's)" },
	CAPABILITY_OPTION(struct baseline_options, context.capabilities, NULL, "DEFAULT"),
	KERNEL_OPTION(struct baseline_options, context.kernel, "newer than any rule asks for"),
	{},
};

const struct cli_command baseline_command = {
	.name = "baseline",
	.summary = "Prints what container runtimes allow by default.",
	.synopsis = (const char *const[]){ "[OPTION]... list [RUNTIME]",
					   "[OPTION]... show RUNTIME[@VERSION]", NULL },
	.description =
		(const char *const[]){
			"RuntimeDefault is not one list: it depends on the runtime, its version, the "
			"architecture, the container's capabilities and the kernel.",
			"list prints the built-in tables, and how many calls each allows, allows "
			"for some arguments, and leaves out. show prints one table, resolved for "
			"a container; without a version, the newest. For an unknown version, show "
			"takes the table of the nearest older version, and a note names it.",
			NULL },
	.options = options_table,
	.options_size = sizeof(struct baseline_options),
	.arguments_min = 1,
	.arguments_max = 2,
	.examples =
		(const struct cli_example[]){
			{ "How has containerd's default changed?",
			  "recorder baseline list containerd" },
			{ "What may a container with CAP_SYS_ADMIN do under containerd 1.7.27?",
			  "recorder baseline show containerd@1.7.27 --cap DEFAULT --cap SYS_ADMIN" },
			{ "Write a default as a profile:",
			  "recorder baseline show docker --format seccomp" },
			{} },
	.run = run,
};
