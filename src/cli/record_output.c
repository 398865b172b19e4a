// SPDX-License-Identifier: Apache-2.0
#include "cli/record_output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/frame/cli.h"
#include "cli/input.h"
#include "cli/output_file.h"
#include "profile/format/profile_write.h"
#include "profile/model/profile.h"
#include "recording/derive.h"
#include "recording/recording_format.h"
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
					       "--split %s writes several files: name a directory "
					       "for them with --output",
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

static void warn_unnamed(const struct call_set *unnamed, const struct profile *profile)
{
	char number[SYSCALL_NAME_SIZE];
	size_t i;

	for (i = 0; i < unnamed->length; i++) {
		const struct call *call = &unnamed->items[i];

		log_warning("system call %u (%s, by %s) has no name, so the profile leaves it "
			    "out%s",
			    call->nr,
			    syscall_name_or_number(machine_native(), call->abi, call->nr, number),
			    call->process[0] ? call->process : "an unknown process",
			    recording_x32_reason(profile, call));
	}
}

static int format_text(const struct output_options *options, const struct recording *recording,
		       char **ret_text, struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	struct call_set unnamed = {};
	int r;

	if (options->format == OUTPUT_RECORDING)
		return recording_write(recording, ret_text, err);
	r = input_derive(options->split == SPLIT_NONE ? NULL : recording->name, recording,
			 options->derive, &profile, &unnamed, err);
	if (r < 0)
		return r;
	warn_unnamed(&unnamed, profile);
	call_set_finish(&unnamed);
	if (options->format == OUTPUT_CR)
		return profile_write_cr(profile, recording->name, ret_text, err);
	return profile_write_oci(profile, ret_text, err);
}

static int write_one(const struct output_options *options, const struct recording *recording,
		     struct error *err)
{
	_cleanup_free_ char *text = NULL, *path = NULL;
	int r = format_text(options, recording, &text, err);

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

	r = recording_split(recording, options->split, &parts, &count, err);
	if (r < 0)
		return r;
	for (i = 0; i < count && r == 0; i++)
		r = write_one(options, &parts[i], err);
	recordings_free(parts, count);
	return r;
}
