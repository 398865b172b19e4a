// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "profile/derive/derive_profile.h"
#include "profile/model/architecture.h"
#include "recording/derive.h"
#include "syscalls/capability_names.h"
#include "syscalls/syscalls.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"
#include "util/log.h"
#include "util/string_set.h"
#include "util/text_stream.h"

/* A recording of a thousand containers takes a few MiB. */
#define INPUT_SIZE_MAX (256u << 20)

static int add_name(struct input_context *context, const char *name, struct error *err)
{
	return string_set_add(&context->capabilities, &context->capability_count, name, err);
}

static int add_all(struct input_context *context, struct error *err)
{
	const char *name;
	unsigned int number;
	int r = 0;

	for (number = 0; r == 0 && (name = capability_name(number)); number++)
		r = add_name(context, name, err);
	return r;
}

static int add_defaults(struct input_context *context, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < default_capability_count && r == 0; i++)
		r = add_name(context, default_capabilities[i], err);
	return r;
}

static int add_capability(struct input_context *context, const char *name, struct error *err)
{
	int number;

	if (strcmp(name, "NONE") == 0)
		return 0;
	if (strcmp(name, "ALL") == 0)
		return add_all(context, err);
	if (strcmp(name, "DEFAULT") == 0)
		return add_defaults(context, err);
	number = capability_from_name(name);
	if (number < 0)
		return cli_usage_error(err,
				       "--cap %s: there is no such capability; write for example "
				       "CAP_SYS_ADMIN, or ALL, DEFAULT or NONE",
				       name);
	return add_name(context, capability_name(number), err);
}

static int add_capabilities(struct input_context *context, const struct cli_list *names,
			    struct error *err)
{
	size_t i;
	int r = 0;

	if (!names->length)
		return add_defaults(context, err);
	for (i = 0; i < names->length && r == 0; i++)
		r = add_capability(context, names->items[i], err);
	return r;
}

int input_context_init(struct input_context *ret_context, const struct context_options *options,
		       struct error *err)
{
	_cleanup_input_context_ struct input_context made = {
		.context.architecture = machine_name(machine_native()),
	};
	int r;

	if (options->architecture) {
		if (!architecture_find(options->architecture))
			return cli_usage_error(err,
					       "--arch %s: there is no such architecture; write "
					       "for example amd64 or arm64",
					       options->architecture);
		made.context.architecture = options->architecture;
	}
	if (options->kernel &&
	    kernel_version_parse(options->kernel, &made.context.kernel, NULL) < 0)
		return cli_usage_error(err,
				       "--kernel %s is not a kernel version; write for example "
				       "5.15",
				       options->kernel);
	r = add_capabilities(&made, &options->capabilities, err);
	if (r < 0)
		return r;
	made.context.capabilities = (const char *const *)made.capabilities;
	made.context.capability_count = made.capability_count;
	*ret_context = made;
	made = (struct input_context){};
	return 0;
}

void input_context_finish(struct input_context *context)
{
	string_set_free(context->capabilities, context->capability_count);
}

static bool is_standard_input(const char *path)
{
	return strcmp(path, "-") == 0;
}

const char *input_name(const char *path)
{
	return is_standard_input(path) ? "standard input" : path;
}

/* The most names in one message. */
#define NAMES_SHOWN 8

/* Joins names into "a", "b" and "c". Leaves out what does not fit on a line. */
static int join_names(const struct ignored_members *ignored, char **ret_text, struct error *err)
{
	size_t i, shown = ignored->count < NAMES_SHOWN ? ignored->count : NAMES_SHOWN;
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);

	if (!out)
		return error_nomem(err);
	for (i = 0; i < shown; i++)
		fprintf(out, "%s\"%.40s\"",
			i == 0			? "" :
			i + 1 == ignored->count ? " and " :
						  ", ",
			ignored->names[i]);
	if (shown < ignored->count)
		fprintf(out, " and %zu more", ignored->count - shown);
	return text_stream_take(&stream, ret_text, err);
}

static int say_ignored(const char *path, const struct ignored_members *ignored, struct error *err)
{
	_cleanup_free_ char *names = NULL;
	int r = ignored->count ? join_names(ignored, &names, err) : 0;

	if (r == 0 && names)
		log_info("%s: runtimes ignore the field%s %s, and so does recorder",
			 input_name(path), ignored->count == 1 ? "" : "s", names);
	return r;
}

static int read_text(const char *path, const struct document_options *options,
		     struct documents *ret_documents, struct error *err)
{
	const char *file = is_standard_input(path) ? "/dev/stdin" : path;
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = file_read(AT_FDCWD, file, INPUT_SIZE_MAX, &text, &size, err);

	if (r < 0)
		return r;
	return documents_read(input_name(path), text, size, options, ret_documents, err);
}

static void say_notes(const char *name, const struct derive_notes *notes)
{
	const char *separator = name ? ": " : "";
	size_t i;

	name = name ? name : "";
	for (i = 0; i < notes->choices.count; i++)
		log_info("%s%s%s", name, separator, notes->choices.items[i]);
	for (i = 0; i < notes->gaps.count; i++)
		log_warning("%s%s%s", name, separator, notes->gaps.items[i]);
}

int input_derive(const char *name, const struct recording *recording,
		 const struct derive_options *derive, struct profile **ret_profile,
		 struct call_set *ret_unnamed, struct error *err)
{
	_cleanup_derive_notes_ struct derive_notes notes = {};
	int r = derive_profile(recording, derive, ret_profile, ret_unnamed, &notes, err);

	if (r == 0)
		say_notes(name, &notes);
	return r;
}

static void say_unnamed(const char *name, const struct document *document,
			const struct call_set *unnamed)
{
	size_t i;

	for (i = 0; i < unnamed->length; i++)
		log_warning("%s: system call %u of ABI %s has no name, so the profile leaves it "
			    "out%s",
			    name, unnamed->items[i].nr, abi_name(unnamed->items[i].abi),
			    recording_x32_reason(document->profile, &unnamed->items[i]));
}

int input_derive_document(const char *name, struct document *document,
			  const struct derive_options *derive, struct error *err)
{
	_cleanup_(call_set_finish) struct call_set unnamed = {};
	int r = input_derive(name, document->recording, derive, &document->profile, &unnamed, err);

	if (r == 0)
		say_unnamed(name, document, &unnamed);
	return r;
}

/* Says nothing about the arguments. */
static int derive_quietly(const char *name, struct document *document,
			  const struct document_options *options, struct error *err)
{
	const struct derive_options usual = {
		.mode = ARGUMENTS_DEFAULT,
		.defaults.context = options->context,
	};
	_cleanup_(call_set_finish) struct call_set unnamed = {};
	int r = derive_profile(document->recording, &usual, &document->profile, &unnamed, NULL,
			       err);

	if (r == 0)
		say_unnamed(name, document, &unnamed);
	return r;
}

int input_read(const char *path, const struct document_options *options,
	       struct documents *ret_documents, struct error *err)
{
	const struct derive_options derive = {
		.mode = ARGUMENTS_DEFAULT,
		.defaults.context = options ? options->context : NULL,
	};

	return input_read_deriving(path, options, &derive, ret_documents, err);
}

int input_read_deriving(const char *path, const struct document_options *options,
			const struct derive_options *derive, struct documents *ret_documents,
			struct error *err)
{
	const struct container_context usual = {
		.architecture = machine_name(machine_native()),
		.capabilities = default_capabilities,
		.capability_count = default_capability_count,
	};
	struct document_options chosen = {};
	_cleanup_documents_ struct documents documents = {};
	size_t i;
	int r;

	if (options)
		chosen = *options;
	if (!chosen.context)
		chosen.context = &usual;
	chosen.underived = true;
	r = read_text(path, &chosen, &documents, err);
	if (r == 0)
		r = say_ignored(path, &documents.ignored, err);
	if (r < 0)
		return r;
	for (i = 0; i < documents.notes.count; i++)
		log_warning("%s", documents.notes.items[i]);
	for (i = 0; i < documents.length && !(options && options->underived); i++) {
		struct document *document = &documents.items[i];

		if (!document->recording)
			continue;
		r = derive ? input_derive_document(input_name(path), document, derive, err) :
			     derive_quietly(input_name(path), document, &chosen, err);
		if (r < 0)
			return r;
	}
	*ret_documents = documents;
	documents = (struct documents){};
	return 0;
}

int input_read_recording(const char *path, struct recording *ret_recording, struct error *err)
{
	_cleanup_documents_ struct documents documents = {};
	struct document *document;
	const struct document_options options = { .underived = true };
	int r = input_read(path, &options, &documents, err);

	if (r < 0)
		return r;
	document = &documents.items[0];
	if (document->format != DOCUMENT_RECORDING)
		return error_set(err, EINVAL,
				 "%s is %s, not a recording ('recorder record --format recording')",
				 input_name(path), document_format_text(document->format));
	*ret_recording = *document->recording;
	*document->recording = (struct recording){};
	return 0;
}
