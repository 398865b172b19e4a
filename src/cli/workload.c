// SPDX-License-Identifier: Apache-2.0
#include "cli/workload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/architecture.h"
#include "profile/model/model.h"
#include "recording/applied_profile.h"
#include "recording/derive.h"
#include "recording/split.h"
#include "util/array.h"
#include "util/error.h"
#include "util/string_set.h"
#include "util/version.h"

static void workload_finish(struct workload *workload)
{
	profile_destroy(workload->derived);
	string_set_free(workload->capabilities, workload->capability_count);
}

void workloads_finish(struct workloads *workloads)
{
	size_t i;

	for (i = 0; i < workloads->length; i++)
		workload_finish(&workloads->items[i]);
	for (i = 0; i < workloads->file_count; i++) {
		documents_finish(&workloads->files[i].documents);
		recordings_free(workloads->files[i].parts, workloads->files[i].part_count);
	}
	free(workloads->items);
	free(workloads->files);
	*workloads = (struct workloads){};
}

static int copy_capabilities(struct workload *workload, const char *const *names, size_t count,
			     struct error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < count && ret == 0; i++)
		ret = string_set_add(&workload->capabilities, &workload->capability_count, names[i],
				     err);
	return ret;
}

static bool has_capability(const struct observation *observation, const char *name)
{
	size_t i;

	for (i = 0; i < observation->capability_count; i++)
		if (strcmp(observation->capabilities[i], name) == 0)
			return true;
	return false;
}

/* Those that every lifetime had: what one of them lacked cannot be relied on. */
static int take_recorded_capabilities(struct workload *workload, bool *ret_known, struct error *err)
{
	const struct observation *first = NULL;
	size_t i, j;
	int ret = 0;

	for (i = 0; i < workload->recording->observation_count; i++) {
		const struct observation *observation = &workload->recording->observations[i];

		if (observation->machine != workload->machine)
			continue;
		if (!observation_knows_container_capabilities(observation))
			return 0;
		first = first ? first : observation;
	}
	for (j = 0; first && j < first->capability_count && ret == 0; j++) {
		bool all = true;

		for (i = 0; i < workload->recording->observation_count && all; i++)
			all = workload->recording->observations[i].machine != workload->machine ||
			      has_capability(&workload->recording->observations[i],
					     first->capabilities[j]);
		if (all)
			ret = string_set_add(&workload->capabilities, &workload->capability_count,
					     first->capabilities[j], err);
	}
	*ret_known = ret == 0 && first;
	return ret;
}

static int choose_capabilities(struct workload *workload, const struct document *document,
			       const struct circumstance_options *options,
			       const struct input_circumstances *usual, struct error *err)
{
	bool known = false;
	int ret = 0;

	if (options->capabilities.length == 0) {
		if (workload->recording)
			ret = take_recorded_capabilities(workload, &known, err);
		else if (document->format == DOCUMENT_BUNDLE)
			ret = copy_capabilities(workload,
						(const char *const *)document->capabilities,
						document->capability_count, err);
		known |= document->format == DOCUMENT_BUNDLE;
		workload->capabilities_assumed = !known;
	}
	if (ret == 0 && !known)
		ret = copy_capabilities(workload, usual->circumstances.capabilities,
					usual->circumstances.capability_count, err);
	return ret;
}

/* The oldest, as fewer rules hold there. */
static void choose_kernel(struct workload *workload, const struct circumstance_options *options)
{
	struct version oldest, version;
	size_t i, count = workload->recording ? workload->recording->observation_count : 0;

	workload->kernel = options->kernel;
	for (i = 0; !options->kernel && i < count; i++) {
		const struct observation *observation = &workload->recording->observations[i];

		if (observation->machine != workload->machine || !observation->kernel)
			continue;
		version = version_parse(observation->kernel);
		if (workload->kernel && version_compare(&version, &oldest) >= 0)
			continue;
		oldest = version;
		workload->kernel = observation->kernel;
	}
}

static void find_applied(struct workload *workload)
{
	const struct recording *recording = workload->recording;
	size_t i;

	for (i = 0; recording && i < recording->observation_count; i++) {
		const struct applied_profile *applied = recording->observations[i].applied_profile;

		if (recording->observations[i].machine != workload->machine)
			continue;
		if (!applied || (workload->applied &&
				 applied_profile_compare(workload->applied, applied) != 0)) {
			workload->applied = NULL;
			return;
		}
		workload->applied = applied;
	}
}

/* False where there is no version. */
static bool note_engine_version(struct workload *workload, const char *text)
{
	struct version version = version_parse(text ? text : ""), oldest;
	int order;

	if (!version_is_known(&version))
		return false;
	oldest = version_parse(workload->engine_version ? workload->engine_version : text);
	order = version_compare(&version, &oldest);
	workload->engine_versions_differ |= order != 0;
	if (!workload->engine_version || order < 0)
		workload->engine_version = text;
	return true;
}

/* Of versions the oldest, as for the kernel: it knows fewer calls. */
static void find_engine(struct workload *workload)
{
	const struct recording *recording = workload->recording;
	bool all_versions = true;
	size_t i;

	for (i = 0; recording && i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];
		const char *version = observation->engine_version;

		if (observation->machine != workload->machine)
			continue;
		if (!observation->engine ||
		    (workload->engine && strcmp(workload->engine, observation->engine) != 0)) {
			workload->engine = workload->engine_version = NULL;
			return;
		}
		workload->engine = observation->engine;
		all_versions &= note_engine_version(workload, version);
	}
	if (!all_versions)
		workload->engine_version = NULL;
}

static int add_workload(struct workloads *workloads, struct workload *workload,
			const struct document *document, const struct circumstance_options *options,
			const struct input_circumstances *usual, struct error *err)
{
	struct workload *items;
	int ret = choose_capabilities(workload, document, options, usual, err);

	choose_kernel(workload, options);
	find_applied(workload);
	find_engine(workload);
	items = array_grow(workloads->items, workloads->length, sizeof(*items));
	if (ret == 0 && !items)
		ret = error_nomem(err);
	if (items)
		workloads->items = items;
	if (ret < 0) {
		workload_finish(workload);
		return ret;
	}
	workload->circumstances = (struct circumstances){
		.architecture = machine_name(workload->machine),
		.capabilities = (const char *const *)workload->capabilities,
		.capability_count = workload->capability_count,
	};
	/* One that cannot be read is taken for a new one. */
	if (workload->kernel)
		kernel_version_parse(workload->kernel, &workload->circumstances.kernel, NULL);
	items[workloads->length++] = *workload;
	return 0;
}

/* The machine that the user names; negative when none. */
static int wanted_machine(const struct circumstance_options *options)
{
	const struct architecture *architecture =
		options->architecture ? architecture_find(options->architecture) : NULL;

	return architecture && architecture->machine ? machine_from_name(architecture->machine) :
						       -ENOENT;
}

/* True if a profile lists an architecture of the machine; without a list it is for this one. */
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

static bool ran_on(const struct recording *recording, enum machine machine)
{
	size_t i;

	for (i = 0; i < recording->observation_count; i++)
		if (recording->observations[i].machine == machine)
			return true;
	return false;
}

/* A container, once for each machine that it ran on. */
static int add_container(struct workloads *workloads, const char *path,
			 const struct recording *part, const struct document *document,
			 const struct circumstance_options *options,
			 const struct input_circumstances *usual, struct error *err)
{
	const char *name = part->observations[0].container_name;
	int wanted = wanted_machine(options), machine, ret = 0;

	for (machine = 0; machine < MACHINE_COUNT && ret == 0; machine++) {
		struct workload workload = {
			.name = name && *name ? name : part->name,
			.path = path,
			.recording = part,
			.machine = machine,
		};

		if (!ran_on(part, machine) || (wanted >= 0 && machine != wanted))
			continue;
		ret = recording_derive_profile(part, &workload.derived, NULL, err);
		workload.own = workload.derived;
		if (ret == 0)
			ret = add_workload(workloads, &workload, document, options, usual, err);
	}
	return ret;
}

static int add_profile_of(struct workloads *workloads, const char *path,
			  const struct document *document, enum machine machine,
			  const struct circumstance_options *options,
			  const struct input_circumstances *usual, struct error *err)
{
	struct workload workload = {
		.name = document->name ? document->name : path,
		.path = path,
		.machine = machine,
		.own = document->profile,
		.base_profile = document->base_profile,
	};

	return add_workload(workloads, &workload, document, options, usual, err);
}

/* A profile, once for each machine that it is for; one that is for no known machine for this one. */
static int add_profile(struct workloads *workloads, const char *path,
		       const struct document *document, const struct circumstance_options *options,
		       const struct input_circumstances *usual, struct error *err)
{
	int wanted = wanted_machine(options), machine, ret = 0;
	bool any = false;

	if (!document->profile)
		return error_set(err, EINVAL,
				 "%s: the container was started without a filter; give its "
				 "recording instead",
				 path);
	if (wanted >= 0)
		return add_profile_of(workloads, path, document, wanted, options, usual, err);
	for (machine = 0; machine < MACHINE_COUNT && ret == 0; machine++) {
		if (!is_for(document->profile, machine))
			continue;
		any = true;
		ret = add_profile_of(workloads, path, document, machine, options, usual, err);
	}
	if (ret < 0 || any)
		return ret;
	return add_profile_of(workloads, path, document, machine_native(), options, usual, err);
}

int workloads_add_file(struct workloads *workloads, const char *path,
		       const struct circumstance_options *options,
		       const struct input_circumstances *usual, struct error *err)
{
	const struct document_options reading = { .circumstances = &usual->circumstances };
	struct workload_file *files =
		array_grow(workloads->files, workloads->file_count, sizeof(*files));
	struct document *document;
	struct workload_file *file;
	size_t i;
	int ret;

	if (!files)
		return error_nomem(err);
	workloads->files = files;
	file = &files[workloads->file_count];
	*file = (struct workload_file){};
	ret = input_read(path, &reading, &file->documents, err);
	if (ret < 0)
		return ret;
	workloads->file_count++;
	document = &file->documents.items[0];
	if (document->format == DOCUMENT_RECORDING) {
		ret = recording_split(document->recording, SPLIT_CONTAINER, &file->parts,
				      &file->part_count, err);
		if (ret == 0 && file->part_count == 0)
			return error_set(err, EINVAL, "%s: nothing was observed", path);
		for (i = 0; i < file->part_count && ret == 0; i++)
			ret = add_container(workloads, path, &file->parts[i], document, options,
					    usual, err);
		return ret;
	}
	for (i = 0; i < file->documents.length && ret == 0; i++)
		ret = add_profile(workloads, path, &file->documents.items[i], options, usual, err);
	return ret;
}
