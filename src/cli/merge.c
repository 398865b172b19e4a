// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <string.h>

#include "cli/arguments_option.h"
#include "cli/frame/cli.h"
#include "cli/input.h"
#include "cli/merge_check.h"
#include "cli/merge_input.h"
#include "cli/output_file.h"
#include "profile/diff/diff.h"
#include "profile/diff/diff_report.h"
#include "profile/format/profile_write.h"
#include "profile/format/resource.h"
#include "profile/model/profile.h"
#include "recording/recording_format.h"
#include "seccomp/compile.h"
#include "seccomp/prove.h"
#include "seccomp/scmp_arch.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"

enum format {
	FORMAT_AUTO,
	FORMAT_SECCOMP,
	FORMAT_CR,
	FORMAT_CR_JSON,
	FORMAT_RECORDING,
};

static const char *const formats[] = {
	[FORMAT_AUTO] = "auto",	      [FORMAT_SECCOMP] = "seccomp",	[FORMAT_CR] = "cr",
	[FORMAT_CR_JSON] = "cr-json", [FORMAT_RECORDING] = "recording", NULL,
};

struct merge_options {
	const char *output;
	int format;
	const char *name;
	const char *check;
	int check_format; /* enum diff_format */
	bool lenient;
	struct arguments_options arguments;
	struct context_options context;
};

/* A merge in progress. */
struct session {
	const struct merge_options *options;
	struct input_context context;
	struct arguments_request arguments;
	struct merge_input input;
	enum format format;	    /* of the output; never FORMAT_AUTO */
	struct recording recording; /* the union of the recordings among the inputs */
	struct profile *profile;    /* NULL if only a recording is written */
};

static void session_finish(struct session *session)
{
	arguments_request_finish(&session->arguments);
	input_context_finish(&session->context);
	merge_input_finish(&session->input);
	recording_finish(&session->recording);
	profile_destroy(session->profile);
}

/*
 * Chooses the format of the output. Warns of a mixture of recordings and profiles, whose union
 * loses the evidence.
 */
static int choose_format(struct session *session, struct error *err)
{
	const struct merge_input *input = &session->input;

	session->format = session->options->format;
	if (session->format == FORMAT_RECORDING && input->profile_count)
		return error_set(
			err, EINVAL,
			"%zu of the %zu inputs %s, without observations: the union cannot be a "
			"recording",
			input->profile_count, input->profile_count + input->recording_count,
			input->profile_count == 1 ? "is a profile" : "are profiles");
	if (input->recording_count && input->profile_count)
		log_warning("the union of recordings (%zu) and profiles (%zu) is a profile, "
			    "without the recordings' evidence",
			    input->recording_count, input->profile_count);
	if (session->format == FORMAT_AUTO)
		session->format = input->profile_count ? FORMAT_SECCOMP : FORMAT_RECORDING;
	return 0;
}

static int set_name(struct recording *recording, const char *name, struct error *err)
{
	char *copy = strdup(name);

	if (!copy)
		return error_nomem(err);
	free(recording->name);
	recording->name = copy;
	return 0;
}

/*
 * Fails if libseccomp refuses the union, because no container would start with it. An example
 * is two rules whose conditions are the same on a 32-bit architecture. An architecture that
 * libseccomp does not know is no failure, because another version of it may know it.
 */
static int check_union(const struct profile *profile, struct error *err)
{
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	_cleanup_compilation_ struct compilation compilation = {};
	_cleanup_proof_ struct proof proof = {};
	int r = scmp_arch_set_of(profile, scmp_arch_native(), &set, NULL);

	if (r < 0)
		return r == -EINVAL ? 0 : error_nomem(err);
	r = profile_compile(profile, &set, LAYOUT_LIST, &compilation, err);
	if (r < 0)
		return error_prefix(err, "no runtime accepts the union");
	r = filter_prove(&compilation.filter, profile, &set, &proof, NULL);
	if (r == -ENOMEM)
		return error_nomem(err);
	if (r == 0 && proof.disagreed)
		log_warning("the filter that libseccomp makes of the union does not do what the "
			    "union says; 'recorder verify' shows where");
	return 0;
}

static int make_union(struct session *session, const struct cli_call *call, struct error *err)
{
	const struct merge_options *options = session->options;
	const struct document_options reading = {
		.lenient = options->lenient,
		.context = &session->context.context,
	};
	int r, i;

	r = input_context_init(&session->context, &options->context, err);
	if (r == 0)
		r = arguments_request_init(&session->arguments, &options->arguments,
					   &options->context, &session->context, err);
	for (i = 0; i < call->argc && r == 0; i++)
		r = merge_input_add(&session->input, call->argv[i], &reading, err);
	if (r < 0 || (r = choose_format(session, err)) < 0 ||
	    (r = merge_input_recording(&session->input, &session->recording, err)) < 0 ||
	    (options->name && (r = set_name(&session->recording, options->name, err)) < 0))
		return r;
	if (session->format == FORMAT_RECORDING && !options->check)
		return 0;
	r = merge_input_profile(&session->input, &session->recording, &session->arguments.derive,
				&session->profile, err);
	return r < 0 ? r : check_union(session->profile, err);
}

static int print_recording(FILE *out, const void *data, struct error *err)
{
	return recording_print(out, data, err);
}

static int resource_text(const struct session *session, enum resource_syntax syntax,
			 char **ret_text, struct error *err)
{
	const char *given = session->options->name;
	const struct resource resource = {
		.name = given ? given : session->input.name,
		.profile = session->profile,
	};

	if (!resource.name)
		return cli_usage_error(err, "name the resource with --name: no input has a name");
	return resources_write(&resource, 1, syntax, ret_text, NULL, err);
}

static int write_union(const struct session *session, struct error *err)
{
	const char *path = session->options->output;
	_cleanup_free_ char *text = NULL;
	int r;

	switch (session->format) {
	case FORMAT_RECORDING:
		return output_file_print(path, print_recording, &session->recording, err);
	case FORMAT_CR:
		r = resource_text(session, RESOURCE_YAML, &text, err);
		break;
	case FORMAT_CR_JSON:
		r = resource_text(session, RESOURCE_JSON, &text, err);
		break;
	default:
		r = profile_write_oci(session->profile, &text, err);
		break;
	}
	if (r < 0)
		return r;
	return output_file_write(path, text, strlen(text), err);
}

/* Prints the report to standard output, to which the union is not written in this case. */
static int check(const struct session *session, struct error *err)
{
	const struct document_options reading = {
		.lenient = session->options->lenient,
		.context = &session->context.context,
	};
	bool observed = session->input.recording_count && !session->input.profile_count;

	return merge_check(session->options->check, &reading, session->profile,
			   observed ? &session->recording : NULL, session->options->check_format,
			   err);
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct merge_options *options = call->options;
	_cleanup_(session_finish) struct session session = { .options = options };
	int r;

	if (options->check_format != DIFF_TEXT && !options->check)
		return cli_usage_error(err, "--check-format needs --check");
	if (options->check && options->output && output_is_standard(options->output))
		return cli_usage_error(err, "--check prints its report to standard output: name a "
					    "file for the union with --output");
	r = make_union(&session, call, err);
	if (r == 0 && (options->output || !options->check))
		r = write_union(&session, err);
	if (r == 0 && options->check)
		r = check(&session, err);
	if (r >= 0 || !options->check)
		return r;
	/* A CI gate must not mistake a failed comparison for a difference. */
	log_error("%s", error_message(err));
	return DIFF_CANNOT_TELL;
}

#define OPTION(member) .offset = offsetof(struct merge_options, member)

static const struct cli_option options_table[] = {
	OUTPUT_OPTION(struct merge_options),
	{ .name = "format",
	  .type = CLI_CHOICE,
	  OPTION(format),
	  .choices = formats,
	  .initial = "auto",
	  .help = "OCI JSON, a SeccompProfile resource in YAML or JSON, or a recording; auto is a "
		  "recording if every input is one, else OCI JSON" },
	{ .name = "name",
	  .argument = "NAME",
	  .type = CLI_STRING,
	  OPTION(name),
	  .help = "name of the recording or resource (default: the first of the inputs' names in "
		  "sorted order)" },
	{ .name = "check",
	  .argument = "BASE",
	  .type = CLI_STRING,
	  OPTION(check),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "print what the union permits beyond this profile or recording; exit with 1 if "
		  "there is anything, with 2 if they cannot be compared; the union is written "
		  "only with --output" },
	{ .name = "check-format",
	  .type = CLI_CHOICE,
	  OPTION(check_format),
	  .choices = diff_format_names,
	  .initial = "text",
	  .help = "the format of the report of --check, as for 'recorder diff --format'" },
	LENIENT_OPTION(struct merge_options),
	ARGUMENTS_OPTIONS(struct merge_options, arguments, "Profiles of recordings"),
	CONTEXT_OPTIONS(struct merge_options, context),
	{},
};

const struct cli_command merge_command = {
	.name = "merge",
	.summary = "Unites recordings or profiles.",
	.synopsis = (const char *const[]){ "[OPTION]... FILE...", NULL },
	.description =
		(const char *const[]){
			"FILE is a recording, a profile in any format that 'recorder convert' "
			"reads, '-' for standard input, or a directory, of which all .json, .yaml "
			"and .yml files are read. The order of the files and their repetition "
			"make no difference.",
			"The union of recordings has everything that was observed in any of them, "
			"with one observation for each run of a container. The union of profiles "
			"treats each call, with any arguments, as the most permissive of them "
			"does: a rule without conditions replaces rules with conditions, and a "
			"call that only some of them deny is not denied. merge proves this before "
			"it writes. It fails if no profile can express the union, for example of "
			"different default actions, or for a call that one profile allows on an "
			"architecture that another does not list. The union of recordings and "
			"profiles is a profile.",
			NULL,
		},
	.options = options_table,
	.options_size = sizeof(struct merge_options),
	.arguments_min = 1,
	.arguments_max = -1,
	.complete = CLI_COMPLETE_FILE,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Unite what every node recorded:",
			  "recorder merge node-*.recording.json -o shop.recording.json" },
			{ "Make one profile of a directory of recordings:",
			  "recorder merge --format seccomp recordings/ -o shop.json" },
			{ "Check whether a test run needed more than the profile in use:",
			  "recorder merge --check shop.json test-*.recording.json" },
			{},
		},
	.run = run,
};
