// SPDX-License-Identifier: Apache-2.0
#include "cli/comparand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/architecture.h"
#include "profile/model/model.h"
#include "recording/derive.h"
#include "recording/recorded_context.h"
#include "recording/split.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"

static void comparand_finish(struct comparand *comparand)
{
	profile_destroy(comparand->derived);
	string_set_free(comparand->capabilities, comparand->capability_count);
}

void comparands_finish(struct comparands *comparands)
{
	size_t i;

	for (i = 0; i < comparands->length; i++)
		comparand_finish(&comparands->items[i]);
	for (i = 0; i < comparands->file_count; i++) {
		documents_finish(&comparands->files[i].documents);
		recordings_free(comparands->files[i].parts, comparands->files[i].part_count);
	}
	free(comparands->items);
	free(comparands->files);
	*comparands = (struct comparands){};
}

static int copy_capabilities(struct comparand *comparand, const char *const *names, size_t count,
			     struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < count && r == 0; i++)
		r = string_set_add(&comparand->capabilities, &comparand->capability_count, names[i],
				   err);
	return r;
}

static int choose_capabilities(struct comparand *comparand, const struct document *document,
			       const struct context_options *options,
			       const struct input_context *usual, struct error *err)
{
	bool known = false;
	int r = 0;

	if (options->capabilities.length == 0) {
		if (comparand->recording)
			r = recorded_capabilities(comparand->recording, comparand->machine,
						  &comparand->capabilities,
						  &comparand->capability_count, &known, err);
		else if (document->format == DOCUMENT_BUNDLE)
			r = copy_capabilities(comparand,
					      (const char *const *)document->capabilities,
					      document->capability_count, err);
		known |= document->format == DOCUMENT_BUNDLE;
		comparand->capabilities_assumed = !known;
	}
	if (r == 0 && !known)
		r = copy_capabilities(comparand, usual->context.capabilities,
				      usual->context.capability_count, err);
	return r;
}

static int add_comparand(struct comparands *comparands, struct comparand *comparand,
			 const struct document *document, const struct context_options *options,
			 const struct input_context *usual, struct error *err)
{
	struct comparand *items;
	int r = choose_capabilities(comparand, document, options, usual, err);

	comparand->kernel = options->kernel;
	if (comparand->recording) {
		if (!options->kernel)
			comparand->kernel =
				recorded_kernel(comparand->recording, comparand->machine);
		comparand->applied = recorded_profile(comparand->recording, comparand->machine);
		comparand->engine = recorded_engine(comparand->recording, comparand->machine);
	}
	items = array_grow(comparands->items, comparands->length, sizeof(*items));
	if (r == 0 && !items)
		r = error_nomem(err);
	if (items)
		comparands->items = items;
	if (r < 0) {
		comparand_finish(comparand);
		return r;
	}
	comparand->context = (struct container_context){
		.architecture = machine_name(comparand->machine),
		.capabilities = (const char *const *)comparand->capabilities,
		.capability_count = comparand->capability_count,
	};
	/* A version that cannot be parsed counts as a new one. */
	if (comparand->kernel)
		kernel_version_parse(comparand->kernel, &comparand->context.kernel, NULL);
	items[comparands->length++] = *comparand;
	return 0;
}

/* The machine that the user named; negative if none. */
static int wanted_machine(const struct context_options *options)
{
	const struct architecture *architecture =
		options->architecture ? architecture_find(options->architecture) : NULL;

	return architecture && architecture->machine ? machine_from_name(architecture->machine) :
						       -ENOENT;
}

/*
 * True if a profile lists an architecture of the machine. A profile without a list is for the
 * machine that this program was built for.
 */
static bool is_for(const struct profile *profile, enum machine machine)
{
	int abi;

	if (profile->architecture_count == 0)
		return machine == machine_native();
	for (abi = 0; abi < ABI_COUNT; abi++) {
		const char *scmp_arch = abi_scmp_arch(machine, abi);

		if (scmp_arch && profile_lists(profile, scmp_arch))
			return true;
	}
	return false;
}

/* Adds a container, once for each machine that it ran on. */
static int add_container(struct comparands *comparands, const char *path,
			 const struct recording *part, const struct document *document,
			 const struct context_options *options, const struct input_context *usual,
			 struct error *err)
{
	const char *name = part->observations[0].container_name;
	int wanted = wanted_machine(options), machine, r = 0;

	for (machine = 0; machine < MACHINE_COUNT && r == 0; machine++) {
		struct comparand comparand = {
			.name = name && *name ? name : part->name,
			.path = path,
			.recording = part,
			.machine = machine,
		};

		if (!recording_ran_on(part, machine) || (wanted >= 0 && machine != wanted))
			continue;
		r = recording_derive_profile(part, &comparand.derived, NULL, err);
		comparand.own = comparand.derived;
		if (r == 0)
			r = add_comparand(comparands, &comparand, document, options, usual, err);
	}
	return r;
}

static int add_profile_of(struct comparands *comparands, const char *path,
			  const struct document *document, enum machine machine,
			  const struct context_options *options, const struct input_context *usual,
			  struct error *err)
{
	struct comparand comparand = {
		.name = document->name ? document->name : path,
		.path = path,
		.machine = machine,
		.own = document->profile,
		.base_profile = document->base_profile,
	};

	return add_comparand(comparands, &comparand, document, options, usual, err);
}

/*
 * Adds a profile once for each machine that it is for. One that is for no known machine is
 * added for this one.
 */
static int add_profile(struct comparands *comparands, const char *path,
		       const struct document *document, const struct context_options *options,
		       const struct input_context *usual, struct error *err)
{
	int wanted = wanted_machine(options), machine, r = 0;
	bool any = false;

	if (!document->profile)
		return error_set(err, EINVAL,
				 "%s: the container was started without a filter; give its "
				 "recording instead",
				 path);
	if (wanted >= 0)
		return add_profile_of(comparands, path, document, wanted, options, usual, err);
	for (machine = 0; machine < MACHINE_COUNT && r == 0; machine++) {
		if (!is_for(document->profile, machine))
			continue;
		any = true;
		r = add_profile_of(comparands, path, document, machine, options, usual, err);
	}
	if (r < 0 || any)
		return r;
	return add_profile_of(comparands, path, document, machine_native(), options, usual, err);
}

int comparands_add_file(struct comparands *comparands, const char *path,
			const struct context_options *options, const struct input_context *usual,
			struct error *err)
{
	const struct document_options reading = { .context = &usual->context, .underived = true };
	struct comparand_file *files =
		array_grow(comparands->files, comparands->file_count, sizeof(*files));
	struct document *document;
	struct comparand_file *file;
	size_t i;
	int r;

	if (!files)
		return error_nomem(err);
	comparands->files = files;
	file = &files[comparands->file_count];
	*file = (struct comparand_file){};
	r = input_read(path, &reading, &file->documents, err);
	if (r < 0)
		return r;
	comparands->file_count++;
	document = &file->documents.items[0];
	if (document->format == DOCUMENT_RECORDING) {
		r = recording_split(document->recording, SPLIT_CONTAINER, &file->parts,
				    &file->part_count, err);
		if (r == 0 && file->part_count == 0)
			return error_set(err, EINVAL, "%s: nothing was observed", path);
		for (i = 0; i < file->part_count && r == 0; i++)
			r = add_container(comparands, path, &file->parts[i], document, options,
					  usual, err);
		return r;
	}
	for (i = 0; i < file->documents.length && r == 0; i++)
		r = add_profile(comparands, path, &file->documents.items[i], options, usual, err);
	return r;
}
