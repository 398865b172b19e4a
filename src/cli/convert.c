// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments_option.h"
#include "cli/frame/cli.h"
#include "cli/input.h"
#include "cli/output_file.h"
#include "cli/runtime_option.h"
#include "profile/document/document.h"
#include "profile/format/profile_write.h"
#include "profile/format/resource.h"
#include "recording/recording_format.h"
#include "recording/startup_calls.h"
#include "util/notes.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"
#include "util/str.h"
#include "util/text_stream.h"

enum format {
	FORMAT_SECCOMP,
	FORMAT_CR,
	FORMAT_CR_JSON,
	FORMAT_RECORDING,
};

static const char *const formats[] = {
	[FORMAT_SECCOMP] = "seccomp",
	[FORMAT_CR] = "cr",
	[FORMAT_CR_JSON] = "cr-json",
	[FORMAT_RECORDING] = "recording",
	NULL,
};

struct convert_options {
	const char *output;
	int to;
	const char *document;
	const char *name;
	bool lenient;
	bool lossless;
	const char *runtime_calls;
	struct arguments_options arguments;
	struct context_options context;
};

/* A conversion in progress. */
struct conversion {
	const struct convert_options *options;
	const char *path; /* of the input */
	struct documents documents;
	/* What to convert: the document that --document names, or all of them. */
	struct document *chosen;
	size_t chosen_count;
	struct notes notes;
};

static void conversion_finish(struct conversion *conversion)
{
	documents_finish(&conversion->documents);
	notes_finish(&conversion->notes);
}

/* "a, b, c", in the order of the file; NULL when memory ran out. */
static char *names_of(const struct documents *documents)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	size_t i;

	if (!out)
		return NULL;
	for (i = 0; i < documents->length; i++)
		fprintf(out, "%s%s", i ? ", " : "",
			documents->items[i].name ? documents->items[i].name : "(without a name)");
	return text_stream_close(&stream);
}

/* Chooses the document that --document names, or without it all documents. */
static int choose_documents(struct conversion *conversion, struct error *err)
{
	const struct documents *documents = &conversion->documents;
	const char *name = conversion->options->document;
	_cleanup_free_ char *names = NULL;
	size_t i;

	if (!name) {
		conversion->chosen = documents->items;
		conversion->chosen_count = documents->length;
		return 0;
	}
	for (i = 0; i < documents->length; i++)
		if (documents->items[i].name && strcmp(documents->items[i].name, name) == 0) {
			conversion->chosen = &documents->items[i];
			conversion->chosen_count = 1;
			return 0;
		}
	names = names_of(documents);
	return error_set(err, ENOENT, "%s has no profile named %s; it has %s", conversion->path,
			 name, names ? names : "others");
}

/* Returns the one document, for a format that can hold only one. */
static int only_document(const struct conversion *conversion, const struct document **ret_document,
			 struct error *err)
{
	_cleanup_free_ char *names = NULL;

	*ret_document = conversion->chosen;
	if (conversion->chosen_count == 1)
		return 0;
	names = names_of(&conversion->documents);
	return error_set(err, EINVAL,
			 "%s has %zu profiles, but --to %s can hold only one: choose with "
			 "--document among %s",
			 conversion->path, conversion->chosen_count,
			 formats[conversion->options->to], names ? names : "several");
}

static int to_recording(const struct conversion *conversion, char **ret_text, struct error *err)
{
	const struct document *document = NULL;
	int r = only_document(conversion, &document, err);

	if (r < 0)
		return r;
	if (!document->recording)
		return error_set(err, EINVAL,
				 "%s is %s, which has no observations: it cannot become a "
				 "recording",
				 conversion->path, document_format_text(document->format));
	return recording_write(document->recording, ret_text, err);
}

/*
 * Drops unknown fields if the output is foreign to the input: they were kept only for a
 * conversion into the format that they came from.
 */
static int drop_unknown(struct conversion *conversion, const struct document *document,
			bool foreign, struct error *err)
{
	if (!foreign || !profile_drop_unknown(document->profile))
		return 0;
	return notes_add(&conversion->notes, err, "the unknown fields");
}

/* Notes what OCI JSON has no place for. */
static int note_losses(struct conversion *conversion, const struct document *document,
		       struct error *err)
{
	int r = drop_unknown(conversion, document, document->format == DOCUMENT_CR, err);

	if (r == 0 && conversion->documents.ignored.left_out)
		r = notes_add(&conversion->notes, err, "the unknown fields of conditions");
	if (r == 0 && document->base_profile)
		r = notes_add(&conversion->notes, err,
			      "the base profile %s, which the operator merges into it",
			      document->base_profile);
	if (r == 0 && document->disabled)
		r = notes_add(&conversion->notes, err, "the state Disabled");
	return r;
}

static int to_seccomp(struct conversion *conversion, char **ret_text, struct error *err)
{
	const struct document *document = NULL;
	int r;

	if ((r = only_document(conversion, &document, err)) < 0 ||
	    (r = note_losses(conversion, document, err)) < 0)
		return r;
	return profile_write_oci(document->profile, ret_text, err);
}

/* The file's name up to its first dot, for a profile without a name of its own. */
static char *name_of_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	return strndup(base, strcspn(base, "."));
}

static int to_resources(struct conversion *conversion, enum resource_syntax syntax, char **ret_text,
			struct error *err)
{
	const struct convert_options *options = conversion->options;
	size_t i, count = conversion->chosen_count;
	_cleanup_free_ struct resource *resources = calloc(count, sizeof(*resources));
	_cleanup_free_ char *fallback = name_of_file(conversion->path);
	int r;

	if (!resources || !fallback)
		return error_nomem(err);
	if (options->name && count > 1)
		return error_set(err, EINVAL,
				 "%s has %zu profiles, but --name can name only one: choose with "
				 "--document",
				 conversion->path, count);
	for (i = 0; i < count; i++) {
		const struct document *document = &conversion->chosen[i];
		const char *name = options->name ? options->name : document->name;

		if (!name && !str_is_dns_subdomain(fallback))
			return cli_usage_error(err, "name the resource with --name: %s has no name",
					       conversion->path);
		r = drop_unknown(conversion, document, document->format != DOCUMENT_CR, err);
		if (r == 0 && document->name_space)
			r = notes_add(&conversion->notes, err,
				      "the namespace %s, which resources of v1 do not have",
				      document->name_space);
		if (r < 0)
			return r;
		resources[i] = (struct resource){
			.name = name ? name : fallback,
			.profile = document->profile,
			.labels = document->labels,
			.annotations = document->annotations,
			.base_profile = document->base_profile,
			.disabled = document->disabled,
		};
	}
	return resources_write(resources, count, syntax, ret_text, &conversion->notes, err);
}

static int add_to_recording(struct recording *recording, const struct runtime_choice *choice,
			    struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < recording->observation_count && r == 0; i++)
		r = observation_add_runtime_calls(&recording->observations[i], choice, err);
	return r;
}

/*
 * Adds the calls of the runtime to profiles and recordings of commands that ran outside a
 * container, for use in one.
 */
static int add_runtime_calls(struct conversion *conversion, struct error *err)
{
	const char *text = conversion->options->runtime_calls;
	struct runtime_option option;
	size_t i;
	int r = runtime_option_parse(text, "", &option, err);

	if (r == 0 && conversion->options->to == FORMAT_RECORDING)
		return cli_usage_error(err, "--runtime-calls changes profiles; a recording holds "
					    "only what was observed");
	for (i = 0; i < conversion->chosen_count && r == 0; i++) {
		const struct document *document = &conversion->chosen[i];

		r = document->recording ?
			    add_to_recording(document->recording, &option.choice, err) :
			    profile_add_runtime_calls(document->profile, &option.choice, err);
	}
	return r < 0 ? error_prefix(err, "%s", conversion->path) : 0;
}

/* Derives the profiles of the recordings, which have what was to be added. */
static int derive_chosen(struct conversion *conversion, const struct derive_options *derive,
			 struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < conversion->chosen_count && r == 0; i++)
		if (conversion->chosen[i].recording)
			r = input_derive_document(conversion->path, &conversion->chosen[i], derive,
						  err);
	return r;
}

static int make_text(struct conversion *conversion, char **ret_text, struct error *err)
{
	switch ((enum format)conversion->options->to) {
	case FORMAT_CR:
		return to_resources(conversion, RESOURCE_YAML, ret_text, err);
	case FORMAT_CR_JSON:
		return to_resources(conversion, RESOURCE_JSON, ret_text, err);
	case FORMAT_RECORDING:
		return to_recording(conversion, ret_text, err);
	default:
		return to_seccomp(conversion, ret_text, err);
	}
}

/* Warns of what the output lacks. With --lossless that is a failure. */
static int report_losses(const struct conversion *conversion, struct error *err)
{
	const struct notes *notes = &conversion->notes;
	size_t i;

	if (notes->count && conversion->options->lossless)
		return error_set(err, ENOTSUP, "%s: --to %s cannot hold %s", conversion->path,
				 formats[conversion->options->to], notes->items[0]);
	for (i = 0; i < notes->count; i++)
		log_warning("%s: left out %s", conversion->path, notes->items[i]);
	return 0;
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct convert_options *options = call->options;
	_cleanup_input_context_ struct input_context context = {};
	_cleanup_arguments_request_ struct arguments_request arguments = {};
	_cleanup_(conversion_finish) struct conversion conversion = {
		.options = options,
		.path = input_name(call->argv[0]),
	};
	const struct document_options reading = {
		.lenient = options->lenient,
		.context = &context.context,
		.underived = true,
	};
	_cleanup_free_ char *text = NULL;
	int r;

	if ((r = input_context_init(&context, &options->context, err)) < 0 ||
	    (r = arguments_request_init(&arguments, &options->arguments, &options->context,
					&context, err)) < 0 ||
	    (r = input_read(call->argv[0], &reading, &conversion.documents, err)) < 0 ||
	    (r = choose_documents(&conversion, err)) < 0 ||
	    (options->runtime_calls && (r = add_runtime_calls(&conversion, err)) < 0) ||
	    (options->to != FORMAT_RECORDING &&
	     (r = derive_chosen(&conversion, &arguments.derive, err)) < 0) ||
	    (r = make_text(&conversion, &text, err)) < 0 ||
	    (r = report_losses(&conversion, err)) < 0)
		return r;
	return output_file_write(options->output, text, strlen(text), err);
}

#define OPTION(member) .offset = offsetof(struct convert_options, member)

static const struct cli_option options_table[] = {
	OUTPUT_OPTION(struct convert_options),
	{ .name = "to",
	  .type = CLI_CHOICE,
	  OPTION(to),
	  .choices = formats,
	  .initial = "seccomp",
	  .help = "OCI JSON, SeccompProfile resources in YAML or JSON, or a recording in the "
		  "current format" },
	{ .name = "document",
	  .argument = "NAME",
	  .type = CLI_STRING,
	  OPTION(document),
	  .help = "convert only the profile of this name, if the file has several" },
	{ .name = "name",
	  .argument = "NAME",
	  .type = CLI_STRING,
	  OPTION(name),
	  .help = "name of the resource (default: the name in the input, or that of its file)" },
	LENIENT_OPTION(struct convert_options),
	{ .name = "lossless",
	  .type = CLI_FLAG,
	  OPTION(lossless),
	  .help = "fail instead of warning if the output cannot hold everything" },
	{ .name = "runtime-calls",
	  .argument = "RUNTIME[@VERSION]",
	  .type = CLI_STRING,
	  OPTION(runtime_calls),
	  .help = "also allow the calls that runc or crun make before they execute a container's "
		  "program; a profile of a command lacks them" },
	ARGUMENTS_OPTIONS(struct convert_options, arguments, "Profiles of recordings"),
	CONTEXT_OPTIONS(struct convert_options, context),
	{},
};

const struct cli_command convert_command = {
	.name = "convert",
	.summary = "Converts a profile from one format to another.",
	.synopsis = (const char *const[]){ "[OPTION]... FILE", NULL },
	.description =
		(const char *const[]){
			"FILE ('-' is standard input) is recognised by its content: OCI JSON, "
			"Docker's form of it, SeccompProfile resources of v1, v1beta1 and "
			"v1alpha1 in YAML or JSON, the config.json of an OCI bundle, or a "
			"recording, from which the profile is derived.",
			"Docker's form has rules that hold only on some architectures, kernels or "
			"with some capabilities; they are resolved for the container that --arch, "
			"--cap and --kernel describe.",
			"What the output cannot hold is left out with a warning. The conversion "
			"fails if that would change what the profile does.",
			NULL },
	.options = options_table,
	.options_size = sizeof(struct convert_options),
	.arguments_min = 1,
	.arguments_max = 1,
	.complete = CLI_COMPLETE_FILE,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Make a custom resource of an OCI profile:",
			  "recorder convert web.json --to cr --name web -o web.yaml" },
			{ "See what Docker's default is for a container with CAP_SYS_ADMIN:",
			  "recorder convert default.json --cap DEFAULT --cap CAP_SYS_ADMIN" },
			{},
		},
	.run = run,
};
