// SPDX-License-Identifier: Apache-2.0
#include "cli/merge_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/file_list.h"
#include "cli/input.h"
#include "util/error.h"
#include "util/log.h"

static int keep_name(struct merge_input *input, const char *name, struct error *err)
{
	char *copy;

	if (!name || (input->name && strcmp(input->name, name) <= 0))
		return 0;
	copy = strdup(name);
	if (!copy)
		return error_nomem(err);
	free(input->name);
	input->name = copy;
	return 0;
}

static int add_profile(struct merge_input *input, const char *path, const struct document *document,
		       struct error *err)
{
	int r;

	if (document->base_profile)
		log_warning("%s: the operator merges the base profile %s into it, which is not "
			    "part of the union",
			    path, document->base_profile);
	if (document->disabled)
		log_warning("%s is disabled, but becomes part of the union anyway", path);
	if ((!input->profiles && (r = profile_merge_create(&input->profiles, err)) < 0) ||
	    (r = keep_name(input, document->name, err)) < 0)
		return r;
	input->profile_count++;
	return profile_merge_add(input->profiles, path, document->profile, err);
}

static int add_file(struct merge_input *input, const char *path,
		    const struct document_options *options, struct error *err)
{
	_cleanup_documents_ struct documents documents = {};
	size_t i;
	int r;

	r = input_read(path, options, &documents, err);
	for (i = 0; i < documents.length && r == 0; i++) {
		struct document *document = &documents.items[i];

		if (!document->recording) {
			r = add_profile(input, input_name(path), document, err);
			continue;
		}
		input->recording_count++;
		r = recording_union_add_all(&input->recordings, document->recording, err);
	}
	return r;
}

static int add_directory(struct merge_input *input, const char *directory,
			 const struct document_options *options, struct error *err)
{
	_cleanup_file_list_ struct file_list list = {};
	size_t i;
	int r = file_list_read(directory, &list, err);

	if (r == 0 && !list.length)
		return error_set(err, ENOENT, "%s has no .json, .yaml or .yml file", directory);
	for (i = 0; i < list.length && r == 0; i++) {
		_cleanup_free_ char *path = file_list_path(directory, list.items[i]);

		r = path ? add_file(input, path, options, err) : error_nomem(err);
	}
	return r;
}

int merge_input_add(struct merge_input *input, const char *path,
		    const struct document_options *options, struct error *err)
{
	struct document_options reading = *options;

	reading.underived = true;
	return file_list_is_directory(path) ? add_directory(input, path, &reading, err) :
					      add_file(input, path, &reading, err);
}

int merge_input_recording(struct merge_input *input, struct recording *ret_recording,
			  struct error *err)
{
	return recording_union_take(&input->recordings, ret_recording, err);
}

/* Derives the profile of all recordings. */
static int derive_union(const struct recording *recording, const struct derive_options *derive,
			struct profile **ret_profile, struct error *err)
{
	_cleanup_(call_set_finish) struct call_set unnamed = {};
	size_t i;
	int r = input_derive(NULL, recording, derive, ret_profile, &unnamed, err);

	for (i = 0; i < unnamed.length && r == 0; i++)
		log_warning("system call %u of ABI %s has no name, so the profile leaves it out",
			    unnamed.items[i].nr, abi_name(unnamed.items[i].abi));
	return r;
}

/* Adds to the profiles the one of the recordings. */
static int add_derived(struct merge_input *input, const struct recording *recording,
		       const struct derive_options *derive, struct error *err)
{
	_cleanup_profile_ struct profile *profile = NULL;
	int r = derive_union(recording, derive, &profile, err);

	if (r < 0)
		return r;
	return profile_merge_add(input->profiles, "the profile of the recordings", profile, err);
}

int merge_input_profile(struct merge_input *input, const struct recording *recording,
			const struct derive_options *derive, struct profile **ret_profile,
			struct error *err)
{
	int r = input->recording_count ? keep_name(input, recording->name, err) : 0;

	if (r < 0)
		return r;
	if (input->recording_count && !input->profile_count)
		return derive_union(recording, derive, ret_profile, err);
	if (input->recording_count && (r = add_derived(input, recording, derive, err)) < 0)
		return r;
	return profile_merge_take(input->profiles, ret_profile, err);
}

void merge_input_finish(struct merge_input *input)
{
	free(input->name);
	recording_union_finish(&input->recordings);
	profile_merge_destroy(input->profiles);
}
