// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/baseline_choice.h"
#include "cli/frame/cli.h"
#include "cli/input.h"
#include "cli/report_format.h"
#include "cli/runtime_range.h"
#include "cli/verify_report.h"
#include "profile/derive/default_profile.h"
#include "profile/model/architecture.h"
#include "recording/recording.h"
#include "seccomp/compile.h"
#include "seccomp/scmp_arch.h"
#include "seccomp/verify.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"
#include "util/str.h"
#include "util/text_stream.h"

/* --against for the default profile of the engine that the recording names. */
#define AGAINST_ENGINE "RuntimeDefault"

struct verify_options {
	struct cli_list architectures;
	struct cli_list capabilities;
	struct cli_list runtimes;
	const char *kernel;
	const char *against;
	const char *recording;
	int format;
};

/* One run of the command. */
struct session {
	const struct verify_options *options;
	struct runtime_range *runtimes;
	size_t runtime_count;
	struct document_options document_options;
	struct documents base;		 /* --against, if it is a file */
	struct baseline_choice baseline; /* or a built-in table */
	struct recording recording;
	struct default_profile limits[MACHINE_COUNT];
	struct text_stream text;
	struct builder builder;
	json_t *results;
	bool verbose;
	bool failed; /* a profile has a finding that fails */
};

static void session_finish(struct session *session)
{
	size_t machine;

	text_stream_finish(&session->text);
	json_decref(session->results);
	free(session->runtimes);
	for (machine = 0; machine < MACHINE_COUNT; machine++)
		default_profile_finish(&session->limits[machine]);
	recording_finish(&session->recording);
	baseline_choice_finish(&session->baseline);
	documents_finish(&session->base);
}

static int add_architecture(struct scmp_arch_set *set, const char *name, struct error *err)
{
	const struct architecture *named = architecture_find(name);
	const struct scmp_arch *architecture = named ? scmp_arch_find(named->scmp) : NULL;

	if (!architecture)
		return cli_usage_error(err,
				       "--arch %s: libseccomp has no such architecture; write for "
				       "example amd64, arm64, x86",
				       name);
	return scmp_arch_set_add(set, architecture, err);
}

/* Takes the architectures that the user named, or else those that the profile lists. */
static int choose_architectures(const struct session *session, const struct profile *profile,
				struct scmp_arch_set *set, struct error *err)
{
	const struct cli_list *names = &session->options->architectures;
	size_t i;
	int r = 0;

	if (names->length == 0)
		return scmp_arch_set_of(profile, scmp_arch_native(), set, err);
	for (i = 0; r == 0 && i < names->length; i++)
		r = add_architecture(set, names->items[i], err);
	return r;
}

static int choose_runtimes(struct session *session, struct error *err)
{
	static const struct runtime_range usual[] = { { .name = "runc" }, { .name = "crun" } };
	const struct cli_list *named = &session->options->runtimes;
	size_t i, count = named->length ? named->length : array_size(usual);
	int r = 0;

	session->runtimes = calloc(count, sizeof(*session->runtimes));
	if (!session->runtimes)
		return error_nomem(err);
	session->runtime_count = count;
	for (i = 0; i < count && r == 0; i++)
		if (named->length)
			r = runtime_range_parse("--runtime", named->items[i], &session->runtimes[i],
						err);
		else
			session->runtimes[i] = usual[i];
	return r;
}

static int verify_profile(struct session *session, const char *name,
			  const struct document *document, struct error *err)
{
	const struct profile *profile = document->profile;
	struct verify_terms terms = {
		.recording = session->options->recording ? &session->recording : NULL,
		.runtimes = session->runtimes,
		.runtime_count = session->runtime_count,
		.base_profile = document->base_profile,
	};
	_cleanup_verification_ struct verification verification = {};
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	int r = choose_architectures(session, profile, &set, err);
	size_t machine;

	for (machine = 0; machine < MACHINE_COUNT; machine++)
		terms.against[machine] = session->limits[machine].profile;
	if (r == 0)
		r = profile_verify(profile, &set, &terms, &verification, err);
	if (r < 0)
		return r;
	session->failed |= !verification_ok(&verification);
	if (session->options->format == REPORT_JSON)
		builder_append(&session->builder, session->results,
			       verify_json(&session->builder, name, &verification));
	else
		verify_print(session->text.out, name, &verification, session->verbose);
	return 0;
}

static int verify_file(struct session *session, const char *path, struct error *err)
{
	_cleanup_documents_ struct documents documents = {};
	size_t i;
	int r = input_read(path, &session->document_options, &documents, err);

	for (i = 0; r == 0 && i < documents.length; i++) {
		const struct document *document = &documents.items[i];
		_cleanup_free_ char *name = NULL, *shown = NULL;

		if (asprintf(&name, "%s%s%s", input_name(path), documents.length > 1 ? ": " : "",
			     documents.length > 1 && document->name ? document->name : "") < 0) {
			name = NULL;
			return error_nomem(err);
		}
		shown = str_escape(name);
		if (!shown)
			return error_nomem(err);
		r = verify_profile(session, shown, document, err);
		if (r < 0)
			return error_prefix(err, "%s", shown);
	}
	return r;
}

/* Reads the file of --against. */
static int read_base(struct session *session, const char *path, struct error *err)
{
	int r = input_read(path, &session->document_options, &session->base, err);

	if (r == 0 && session->base.length && session->base.items[0].base_profile)
		log_warning("%s: the operator merges the base profile %s into it, which is not "
			    "read",
			    path, session->base.items[0].base_profile);
	if (r == 0 && session->base.length > 1)
		return error_set(err, EINVAL, "%s has %zu profiles, but --against takes one",
				 input_name(path), session->base.length);
	return r;
}

/* Finds what --against names, unless it is the default profile of the recording's engine. */
static int choose_limit(struct session *session, struct default_choice *choice, struct error *err)
{
	const char *against = session->options->against;
	const struct document *document;
	int r;

	if (baseline_choice_is_table(against)) {
		r = baseline_choice_init(&session->baseline, against,
					 session->document_options.context, err);
		*choice = (struct default_choice){ .title = session->baseline.title,
						   .conditional = session->baseline.conditional };
		return r;
	}
	r = read_base(session, against, err);
	if (r < 0)
		return r;
	document = &session->base.items[0];
	if (!document->profile)
		return error_set(err, EINVAL,
				 "%s: the container was started without a filter, so "
				 "there is nothing to compare with",
				 against);
	*choice = (struct default_choice){
		.title = against,
		.conditional = session->options->recording ? document->conditional : NULL,
		.profile = document->profile,
	};
	return 0;
}

static int find_limits(struct session *session, struct error *err)
{
	const struct verify_options *options = session->options;
	bool engine = strcmp(options->against, AGAINST_ENGINE) == 0;
	struct default_choice choice;
	struct default_options defaults = {
		.choice = engine ? NULL : &choice,
		.context = session->document_options.context,
		.context_overrides_capabilities = options->capabilities.length,
		.context_overrides_kernel = options->kernel,
	};
	const struct recording *recording = options->recording ? &session->recording : NULL;
	int machine, r = 0;

	if (recording)
		r = input_read_recording(options->recording, &session->recording, err);
	if (r == 0 && !engine)
		r = choose_limit(session, &choice, err);
	for (machine = 0; machine < MACHINE_COUNT && r == 0; machine++)
		r = default_profile_init(&session->limits[machine], recording, machine, &defaults,
					 err);
	if (r == 0 && session->limits[machine_native()].engine_unknown)
		log_info("the container engine is not known, so the limit is the default profile "
			 "of %s",
			 session->limits[machine_native()].title);
	return r;
}

static int verify_files(struct session *session, const struct cli_call *call, struct error *err)
{
	int r = session->options->against ? find_limits(session, err) : 0, i;

	for (i = 0; r == 0 && i < call->argc; i++)
		r = verify_file(session, call->argv[i], err);
	return r;
}

static int print_result(struct session *session, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = session->options->format == REPORT_TEXT ?
			text_stream_take(&session->text, &text, err) :
			builder_text(&session->builder, session->results, &text, err);

	return r < 0 ? r : cli_print(text, err);
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct verify_options *options = call->options;
	const struct context_options given = {
		.architecture = options->architectures.length ? options->architectures.items[0] :
								NULL,
		.capabilities = options->capabilities,
		.kernel = options->kernel,
	};
	_cleanup_input_context_ struct input_context context = {};
	_cleanup_(session_finish) struct session session = {
		.options = options,
		.verbose = call->verbose,
	};
	int r = input_context_init(&context, &given, err);

	if (r == 0 && options->recording && !options->against)
		return cli_usage_error(err, "--recording goes with --against");

	if (r == 0)
		r = choose_runtimes(&session, err);
	if (r < 0)
		return r;
	session.document_options.context = &context.context;
	session.results = builder_array(&session.builder);
	if (!text_stream_open(&session.text))
		return error_nomem(err);
	r = verify_files(&session, call, err);
	if (r < 0) {
		/* A file that cannot be read is neither proven nor refuted. */
		log_error("%s", error_message(err));
		return CLI_USAGE;
	}
	r = print_result(&session, err);
	if (r < 0)
		return r;
	return session.failed ? CLI_FAILURE : CLI_SUCCESS;
}

#define OPTION(member) .offset = offsetof(struct verify_options, member)

static const struct cli_option options_table[] = {
	{ .name = "against",
	  .argument = "PROFILE",
	  .type = CLI_STRING,
	  OPTION(against),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "also prove that nothing is permitted beyond this profile, or show a call that "
		  "is: a file; containerd, cri-o, docker or podman, with @VERSION for one that is "
		  "not the newest; or RuntimeDefault, that of the engine in --recording" },
	{ .name = "recording",
	  .argument = "FILE",
	  .type = CLI_STRING,
	  OPTION(recording),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "what this recording has seen is permitted beyond --against too" },
	{ .name = "arch",
	  .argument = "ARCH",
	  .type = CLI_LIST,
	  OPTION(architectures),
	  .help = "verify for this architecture, such as amd64, arm64 or x86, instead of those that "
		  "the profile lists; may be given several times" },
	{ .name = "runtime",
	  .argument = "RUNTIME",
	  .type = CLI_LIST,
	  OPTION(runtimes),
	  .help = "a runtime that has to start containers with it: runc or crun, with @VERSION "
		  "for one version; may be given several times (default: runc from 1.1.5 on and "
		  "crun from 1.8.1 on)" },
	REPORT_FORMAT_OPTION(struct verify_options),
	CAPABILITY_OPTION(struct verify_options, capabilities, CONTEXT_HEADING, "DEFAULT"),
	KERNEL_OPTION(struct verify_options, kernel, "newer than any rule asks for"),
	{},
};

const struct cli_command verify_command = {
	.name = "verify",
	.summary = "Proves that the filter made of a profile does what the profile says.",
	.synopsis = (const char *const[]){ "[OPTION]... FILE...", NULL },
	.description =
		(const char *const[]){
			"Compiles each profile with libseccomp as runc and crun do, and runs the "
			"filter in a simulator: over every system call of every listed "
			"architecture, with all arguments at which the result of a condition "
			"changes, and over unknown numbers and other architectures. For each "
			"listed architecture, the native one of its machine is tried too, because "
			"runtimes add it. Needs neither root nor a kernel with seccomp. FILE is a "
			"profile of any format, a recording or an OCI bundle's config.json; '-' "
			"is standard input.",
			"Warns of effects that the profile does not show: names that this "
			"libseccomp does not know and nothing enforces, calls that get EPERM "
			"although programs fall back only on ENOSYS, conditions that a caller can "
			"evade, and calls that can undo confinement; -v explains each. It is an "
			"error if runc or crun refuse to start a container with the profile.",
			"Exits with 0 if the filter is proven, with 1 if it is refuted or a "
			"finding is an error, and with 2 if a file cannot be read.",
			NULL,
		},
	.options = options_table,
	.options_size = sizeof(struct verify_options),
	.arguments_min = 1,
	.arguments_max = -1,
	.complete = CLI_COMPLETE_FILE,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Check a profile before it goes to a cluster:",
			  "recorder verify shop.json" },
			{ "Prove that a change only removes permissions:",
			  "recorder verify new.json --against old.json" },
			{ "Prove that a profile permits nothing beyond RuntimeDefault but what was "
			  "seen:",
			  "recorder verify web.json --against RuntimeDefault --recording "
			  "web.recording.json" },
			{},
		},
	.run = run,
};
