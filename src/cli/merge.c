// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/merge_input.h"
#include "cli/output_file.h"
#include "profile/profile.h"
#include "profile/recording_format.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"

enum format {
	FORMAT_AUTO,
	FORMAT_SECCOMP,
	FORMAT_CR,
	FORMAT_RECORDING,
};

static const char *const formats[] = {
	[FORMAT_AUTO] = "auto",
	[FORMAT_SECCOMP] = "seccomp",
	[FORMAT_CR] = "cr",
	[FORMAT_RECORDING] = "recording",
	NULL,
};

struct merge_options {
	const char *output;
	int format;
	const char *name;
};

/* Says what becomes of a mixture, which is not wrong but loses something. */
static int choose_format(const struct merge_options *options, const struct merge_input *input,
			 enum format *ret_format, struct error *err)
{
	if (options->format == FORMAT_RECORDING && input->profile_count)
		return error_set(
			err, EINVAL,
			"%zu of the %zu inputs are profiles, which say nothing of what was "
			"observed: the union cannot be a recording",
			input->profile_count, input->profile_count + input->recording_count);
	if (input->recording_count && input->profile_count)
		log_warning("%zu recordings and %zu profiles: the union is a profile, and has "
			    "nothing of the recordings' evidence",
			    input->recording_count, input->profile_count);
	*ret_format = options->format;
	if (options->format == FORMAT_AUTO)
		*ret_format = input->profile_count ? FORMAT_SECCOMP : FORMAT_RECORDING;
	return 0;
}

static int profile_text(enum format format, struct merge_input *input,
			const struct recording *recording, char **ret_text, struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	int ret;

	ret = merge_input_profile(input, recording, &profile, err);
	if (ret < 0)
		return ret;
	if (format == FORMAT_CR)
		return profile_write_cr(profile, recording->name, ret_text, err);
	return profile_write_oci(profile, ret_text, err);
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

static int print_recording(FILE *out, const void *data, struct error *err)
{
	return recording_print(out, data, err);
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct merge_options *options = call->options;
	_cleanup_merge_input_ struct merge_input input = {};
	_cleanup_recording_ struct recording recording = {};
	_cleanup_free_ char *text = NULL;
	enum format format = FORMAT_AUTO;
	int ret, i;

	for (i = 0; i < call->argc; i++)
		if ((ret = merge_input_add(&input, call->argv[i], err)) < 0)
			return ret;
	if ((ret = choose_format(options, &input, &format, err)) < 0 ||
	    (ret = merge_input_recording(&input, &recording, err)) < 0 ||
	    (options->name && (ret = set_name(&recording, options->name, err)) < 0))
		return ret;
	if (format == FORMAT_RECORDING)
		return output_file_print(options->output, print_recording, &recording, err);
	ret = profile_text(format, &input, &recording, &text, err);
	if (ret < 0)
		return ret;
	return options->output ? output_file_write(options->output, text, strlen(text), err) :
				 cli_print(text, err);
}

#define OPTION(member) .offset = offsetof(struct merge_options, member)

static const struct cli_option options_table[] = {
	{ .letter = 'o',
	  .name = "output",
	  .argument = "FILE",
	  .type = CLI_STRING,
	  OPTION(output),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "write to this file; standard output without it" },
	{ .name = "format",
	  .type = CLI_CHOICE,
	  OPTION(format),
	  .choices = formats,
	  .initial = "auto",
	  .help = "an OCI seccomp profile, a SeccompProfile custom resource, or a recording; auto "
		  "is a recording when every input is one" },
	{ .name = "name",
	  .argument = "NAME",
	  .type = CLI_STRING,
	  OPTION(name),
	  .help = "name of the recording and of the custom resource; the recordings' first name "
		  "without it" },
	{},
};

const struct cli_command merge_command = {
	.name = "merge",
	.summary = "Unites recordings or profiles.",
	.synopsis = (const char *const[]){ "[OPTION]... FILE...", NULL },
	.description =
		(const char *const[]){
			"The union of recordings has everything that was observed in any of them, one "
			"observation for each container lifetime. The order of the files and their "
			"repetition make no difference.",
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
			{ "One profile from a directory of recordings:",
			  "recorder merge --format seccomp recordings/ -o shop.json" },
			{},
		},
	.run = run,
};
