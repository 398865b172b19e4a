// SPDX-License-Identifier: Apache-2.0
#include "cli/merge_input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "profile/derive.h"
#include "profile/profile.h"
#include "profile/recording_format.h"
#include "util/error.h"
#include "util/file.h"
#include "util/str.h"

#define FILE_SIZE_MAX (256u << 20)

static int add_file(struct merge_input *input, const char *path, struct error *err)
{
	_cleanup_recording_ struct recording recording = {};
	_cleanup_free_ char *text = NULL;
	size_t size;
	int ret;

	if ((ret = file_read(AT_FDCWD, path, FILE_SIZE_MAX, &text, &size, err)) < 0 ||
	    (ret = recording_read(path, text, size, &recording, err)) < 0 ||
	    (ret = recording_union_add_all(&input->recordings, &recording, err)) < 0)
		return ret;
	input->recording_count++;
	return 0;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       (str_has_suffix(entry->d_name, ".json") || str_has_suffix(entry->d_name, ".yaml") ||
		str_has_suffix(entry->d_name, ".yml"));
}

static int add_entry(struct merge_input *input, const char *directory, const char *name,
		     struct error *err)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s%s%s", directory, str_has_suffix(directory, "/") ? "" : "/", name) <
	    0) {
		path = NULL;
		return error_nomem(err);
	}
	return add_file(input, path, err);
}

static int add_directory(struct merge_input *input, const char *path, struct error *err)
{
	struct dirent **entries;
	int i, count, ret = 0;

	count = scandir(path, &entries, is_input, alphasort);
	if (count < 0)
		return error_set_errno(err, errno, "read the directory %s", path);
	for (i = 0; i < count; i++) {
		if (ret == 0)
			ret = add_entry(input, path, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return count == 0 ? error_set(err, ENOENT, "%s has no .json, .yaml or .yml file", path) :
			    ret;
}

int merge_input_add(struct merge_input *input, const char *path, struct error *err)
{
	struct stat status;

	if (strcmp(path, "-") == 0)
		return add_file(input, "/dev/stdin", err);
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return add_directory(input, path, err);
	return add_file(input, path, err);
}

int merge_input_recording(struct merge_input *input, struct recording *ret_recording,
			  struct error *err)
{
	return recording_union_take(&input->recordings, ret_recording, err);
}

/* Adds to the profiles what all recordings need. */
static int add_derived(struct merge_input *input, const struct recording *recording,
		       struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	int ret;

	if ((!input->profiles && (ret = profile_merge_create(&input->profiles, err)) < 0) ||
	    (ret = recording_derive_profile(recording, &profile, NULL, err)) < 0)
		return ret;
	return profile_merge_add(input->profiles, "the profile of the recordings", profile, err);
}

int merge_input_profile(struct merge_input *input, const struct recording *recording,
			struct profile **ret_profile, struct error *err)
{
	int ret;

	if (input->recording_count && (ret = add_derived(input, recording, err)) < 0)
		return ret;
	return profile_merge_take(input->profiles, ret_profile, err);
}

void merge_input_finish(struct merge_input *input)
{
	recording_union_finish(&input->recordings);
	profile_merge_destroy(input->profiles);
}
