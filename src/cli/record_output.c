// SPDX-License-Identifier: Apache-2.0
#include "cli/record_output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/frame/cli.h"
#include "cli/output_file.h"
#include "profile/format/profile_write.h"
#include "profile/model/profile.h"
#include "profile/recording/derive.h"
#include "profile/recording/recording_format.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/log.h"

#define DIRECTORY_MODE 0755

static const char *const suffixes[] = {
	[OUTPUT_SECCOMP] = "json",
	[OUTPUT_CR] = "yaml",
	[OUTPUT_RECORDING] = "recording.json",
};

int output_check(const struct output_options *options, struct error *err)
{
	_cleanup_free_ char *directory = NULL;
	struct stat status;
	char *slash;

	if (!options->path)
		return options->split == SPLIT_NONE ?
			       0 :
			       cli_usage_error(err,
					       "--split %s makes several files: name a "
					       "directory for them with --output, and not "
					       "standard output",
					       split_name(options->split));
	if (!*options->path)
		return cli_usage_error(err, "--output: the name of the file is empty");
	if (options->split != SPLIT_NONE) {
		if (mkdir(options->path, DIRECTORY_MODE) < 0 && errno != EEXIST)
			return error_set_errno(err, errno, "make the directory %s", options->path);
		return access(options->path, W_OK | X_OK) < 0 ?
			       error_set_errno(err, errno, "write into %s", options->path) :
			       0;
	}
	if (stat(options->path, &status) == 0 && S_ISDIR(status.st_mode))
		return error_set(err, EISDIR, "%s is a directory; give a file, or --split",
				 options->path);
	directory = strdup(options->path);
	if (!directory)
		return error_nomem(err);
	slash = strrchr(directory, '/');
	if (slash)
		slash[slash == directory] = '\0';
	if (access(slash ? directory : ".", W_OK | X_OK) == 0)
		return 0;
	if (errno == ENOENT)
		return error_set(err, ENOENT, "there is no directory %s for %s; make it first",
				 directory, options->path);
	return error_set_errno(err, errno, "write %s", options->path);
}

static int add_losses(struct observation *observation, const struct recorder_totals *totals,
		      struct error *err)
{
	int r = 0;

	observation->losses[LOSS_SLOTS] += totals->lost_slots;
	observation->losses[LOSS_MAP] += totals->lost_map;
	observation->losses[LOSS_RECURSION] += totals->recursion;
	observation->losses[LOSS_EVENTS] += totals->lost_events;
	if (totals->lost_slots)
		r = observation_add_reason(observation, err,
					   "more cgroups were made on this machine at once than "
					   "could be recorded");
	if (r == 0 && totals->lost_map)
		r = observation_add_reason(observation, err,
					   "the kernel could not store something");
	if (r == 0 && totals->recursion)
		r = observation_add_reason(observation, err,
					   "the kernel did not run the program for some system "
					   "calls on this machine (recursion_misses)");
	return r;
}

/* What --runtime-calls means for one observation; name NULL when nothing is added. */
static void choose_runtime(const struct output_options *options,
			   const struct observation *observation, char name[32],
			   struct runtime_choice *ret_choice)
{
	const char *at = strchr(options->runtime, '@');

	*ret_choice = (struct runtime_choice){
		.no_new_privs = options->no_new_privs == TRISTATE_UNKNOWN ?
					observation->no_new_privs :
					options->no_new_privs,
	};
	if (strcmp(options->runtime, "auto") == 0) {
		if (observation->container_id)
			ret_choice->name = observation->runtime;
		ret_choice->version = observation->runtime_version;
	} else if (strcmp(options->runtime, "none") != 0) {
		snprintf(name, 32, "%.*s",
			 at ? (int)(at - options->runtime) : (int)strlen(options->runtime),
			 options->runtime);
		ret_choice->name = name;
		ret_choice->version = at ? at + 1 : NULL;
	}
}

static int add_runtime_calls(const struct output_options *options, struct observation *observation,
			     struct error *err)
{
	bool automatic = strcmp(options->runtime, "auto") == 0;
	struct runtime_choice choice;
	char name[32];
	int r;

	choose_runtime(options, observation, name, &choice);
	if (!choice.name)
		return automatic && observation->container_id ?
			       observation_add_reason(
				       observation, err,
				       "the container's runtime is not known, so the calls that it "
				       "makes under the filter are missing: name it with "
				       "--runtime-calls") :
			       0;
	r = observation_add_runtime_calls(observation, &choice, err);
	if (r != -ENOENT || !automatic)
		return r;
	error_finish(err);
	return observation_add_reason(
		observation, err, "what the runtime %s calls under the filter was never measured",
		choice.name);
}

/* Once a version: many containers have the same. */
static void warn_outdated(const struct output_options *options, const struct recording *recording)
{
	const char *newest, *told = "";
	struct runtime_choice choice;
	char name[32];
	size_t i;

	for (i = 0; i < recording->observation_count; i++) {
		choose_runtime(options, &recording->observations[i], name, &choice);
		if (!choice.name || !choice.version || strcmp(told, choice.version) == 0)
			continue;
		newest = runtime_calls_outdated(choice.name, choice.version);
		if (!newest)
			continue;
		told = choice.version;
		log_warning("%s %s is newer than what was measured: what %s calls under the filter "
			    "was added, and a container may need more to start",
			    choice.name, choice.version, newest);
	}
}

int output_complete(const struct output_options *options, const struct recorder_totals *totals,
		    struct recording *recording, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < recording->observation_count && r == 0; i++) {
		struct observation *observation = &recording->observations[i];

		r = add_losses(observation, totals, err);
		if (r == 0)
			r = add_runtime_calls(options, observation, err);
		if (r == 0)
			r = observation_add_implied_calls(observation, err);
	}
	if (r == 0)
		warn_outdated(options, recording);
	return r;
}

static void warn_incomplete(const struct recording *recording)
{
	size_t i, k;

	for (i = 0; i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];

		for (k = 0; k < observation->reason_count; k++)
			log_warning("%s is not complete: %s",
				    observation->container_name ? observation->container_name :
				    observation->container_id	? observation->container_id :
								  "the recording",
				    observation->reasons[k]);
	}
}

static void warn_unnamed(const struct call_set *unnamed, const struct profile *profile)
{
	char number[SYSCALL_NAME_SIZE];
	size_t i;

	for (i = 0; i < unnamed->length; i++) {
		const struct call *call = &unnamed->items[i];

		log_warning("system call %u (%s, by %s) has no name that a profile could hold and "
			    "is left out of it%s",
			    call->nr,
			    syscall_name_or_number(machine_native(), call->abi, call->nr, number),
			    call->process[0] ? call->process : "an unknown process",
			    recording_x32_reason(profile, call));
	}
}

static int format_text(enum output_format format, const struct recording *recording,
		       char **ret_text, struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	struct call_set unnamed = {};
	int r;

	if (format == OUTPUT_RECORDING)
		return recording_write(recording, ret_text, err);
	r = recording_derive_profile(recording, &profile, &unnamed, err);
	if (r < 0)
		return r;
	warn_unnamed(&unnamed, profile);
	call_set_finish(&unnamed);
	if (format == OUTPUT_CR)
		return profile_write_cr(profile, recording->name, ret_text, err);
	return profile_write_oci(profile, ret_text, err);
}

static int write_one(const struct output_options *options, const struct recording *recording,
		     struct error *err)
{
	_cleanup_free_ char *text = NULL, *path = NULL;
	int r = format_text(options->format, recording, &text, err);

	if (r < 0)
		return r;
	if (options->split == SPLIT_NONE)
		return output_file_write(options->path, text, strlen(text), err);
	if (asprintf(&path, "%s/%s.%s", options->path, recording->name, suffixes[options->format]) <
	    0) {
		path = NULL;
		return error_nomem(err);
	}
	r = output_file_write(path, text, strlen(text), err);
	if (r == 0)
		log_info("wrote %s", path);
	return r;
}

int output_write(const struct output_options *options, struct recording *recording,
		 struct error *err)
{
	struct recording *parts;
	size_t i, count;
	int r;

	warn_incomplete(recording);
	r = recording_split(recording, options->split, &parts, &count, err);
	if (r < 0)
		return r;
	for (i = 0; i < count && r == 0; i++)
		r = write_one(options, &parts[i], err);
	recordings_free(parts, count);
	return r;
}
