// SPDX-License-Identifier: Apache-2.0
#include "profile/document/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/document/config_map.h"
#include "profile/document/profile_read_cr.h"
#include "profile/format/conditional_profile_model.h"
#include "recording/derive.h"
#include "recording/recording.h"
#include "recording/recording_format.h"
#include "json/cursor.h"
#include "json/yaml.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"

/* Far more than exist. A bound is needed because the list is kept sorted. */
#define CAPABILITIES_MAX 256

static const char *const format_texts[DOCUMENT_FORMAT_COUNT] = {
	[DOCUMENT_OCI] = "an OCI seccomp profile",
	[DOCUMENT_DOCKER] = "a seccomp profile in Docker's form",
	[DOCUMENT_CR] = "a SeccompProfile",
	[DOCUMENT_RECORDING] = "a recording",
	[DOCUMENT_BUNDLE] = "the config.json of an OCI bundle",
};

const char *document_format_text(enum document_format format)
{
	return format_texts[format];
}

static void document_finish(struct document *document)
{
	free(document->name);
	free(document->name_space);
	profile_destroy(document->profile);
	conditional_profile_destroy(document->conditional);
	if (document->recording)
		recording_finish(document->recording);
	free(document->recording);
	string_set_free(document->capabilities, document->capability_count);
	free(document->base_profile);
	json_decref(document->labels);
	json_decref(document->annotations);
}

void documents_finish(struct documents *documents)
{
	size_t i;

	for (i = 0; i < documents->length; i++)
		document_finish(&documents->items[i]);
	free(documents->items);
	notes_finish(&documents->notes);
	ignored_members_finish(&documents->ignored);
}

static int documents_add(struct documents *documents, struct document **ret_document,
			 struct error *err)
{
	struct document *items =
		array_grow(documents->items, documents->length, sizeof(*documents->items));

	if (!items)
		return error_nomem(err);
	documents->items = items;
	*ret_document = &items[documents->length++];
	**ret_document = (struct document){};
	return 0;
}

/* A document that is being read. */
struct input {
	struct tree_source source;
	const struct document_options *options;
	struct documents *documents;
	bool in_config_map;
};

static int read_text(struct input *input, struct error *err);

static int read_recording(const struct input *input, struct document *document, struct error *err)
{
	const struct tree_source *source = &input->source;
	_cleanup_(call_set_finish) struct call_set unnamed = {};
	size_t i;
	int r;

	document->format = DOCUMENT_RECORDING;
	document->recording = calloc(1, sizeof(*document->recording));
	if (!document->recording)
		return error_nomem(err);
	r = recording_read(source->name, source->text, source->size, document->recording, err);
	if (r < 0)
		return r;
	if (document->recording->name && !(document->name = strdup(document->recording->name)))
		return error_nomem(err);
	if (input->options->underived)
		return 0;
	r = recording_derive_profile(document->recording, &document->profile, &unnamed, err);
	for (i = 0; i < unnamed.length && r == 0; i++)
		r = notes_add(&input->documents->notes, err,
			      "%s: system call %u of ABI %s has no name, so the profile leaves it "
			      "out%s",
			      source->name, unnamed.items[i].nr, abi_name(unnamed.items[i].abi),
			      recording_x32_reason(document->profile, &unnamed.items[i]));
	return r;
}

static int read_profile(const struct cursor *at, const struct input *input,
			struct document *document, struct error *err)
{
	_cleanup_conditional_profile_ struct conditional_profile *conditional = NULL;
	int r = conditional_profile_read_value(at, &conditional, err);

	if (r < 0)
		return r;
	document->format = conditional_profile_is_docker(conditional) ? DOCUMENT_DOCKER :
									DOCUMENT_OCI;
	if (!conditional_profile_has_conditions(conditional)) {
		document->profile = conditional_profile_take_profile(conditional);
		return 0;
	}
	r = conditional_profile_resolve(conditional, input->options->context, &document->profile,
					err);
	if (r < 0)
		return error_prefix(err, "%s", input->source.name);
	document->conditional = steal_pointer(&conditional);
	return 0;
}

static int read_capability(const struct cursor *at, void *data, struct error *err)
{
	struct document *document = data;
	const char *text;
	int r = cursor_get_string(at, &text, err);

	if (r < 0)
		return r;
	if (document->capability_count >= CAPABILITIES_MAX)
		return cursor_fail(at, err, "too many capabilities");
	return string_set_add(&document->capabilities, &document->capability_count, text, err);
}

/* Reads the bounding set, because the conditions of baselines refer to it. */
static int read_capabilities(const struct cursor *root, struct document *document,
			     struct error *err)
{
	struct cursor process, capabilities;

	if (!cursor_optional(root, "process", &process) ||
	    !cursor_optional(&process, "capabilities", &capabilities))
		return 0;
	return cursor_each(&capabilities, "bounding", read_capability, document, err);
}

static int read_bundle(const struct cursor *root, const struct input *input,
		       struct document *document, struct error *err)
{
	static const char *const names[] = { "linux", "process", "seccomp", NULL };
	struct cursor linux_part, seccomp;
	int r = members_check_capitals(root, names, err);

	if (r == 0)
		r = read_capabilities(root, document, err);
	if (r == 0 && cursor_optional(root, "linux", &linux_part))
		r = members_check_capitals(&linux_part, names, err);
	if (r < 0)
		return r;
	if (!cursor_optional(root, "linux", &linux_part) ||
	    !cursor_optional(&linux_part, "seccomp", &seccomp))
		return cursor_fail(root, err,
				   "the bundle has no linux.seccomp: its container runs "
				   "unconfined");
	r = read_profile(&seccomp, input, document, err);
	document->format = DOCUMENT_BUNDLE;
	if (r == 0 && document->conditional)
		return cursor_fail(&seccomp, err,
				   "runc and crun ignore Docker's \"includes\", \"excludes\" and "
				   "\"archMap\", which a bundle must not have");
	return r;
}

static bool has(const struct cursor *at, const char *key)
{
	return json_object_get(at->value, key);
}

/*
 * JSON input begins with an object, or with an array, which is refused later. A slash begins a
 * comment: neither JSON nor YAML allows it, and the JSON parser refuses it.
 */
static bool looks_like_json(const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size && strchr(" \t\r\n", text[i]) && text[i]; i++)
		;
	return i < size && text[i] && strchr("{[/", text[i]);
}

/*
 * The suffixes of ConfigMap keys that hold a profile. The profile's name is the key without it.
 */
static const char *const suffixes[] = { ".json", ".yaml", ".yml" };

static char *name_of_key(const char *key)
{
	size_t i, length = strlen(key);

	for (i = 0; i < array_size(suffixes); i++)
		if (str_has_suffix(key, suffixes[i]))
			return strndup(key, length - strlen(suffixes[i]));
	return strdup(key);
}

static bool may_be_profile(const char *key, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < array_size(suffixes); i++)
		if (str_has_suffix(key, suffixes[i]))
			return true;
	return looks_like_json(text, size);
}

static int name_documents(struct documents *documents, size_t first, const char *key,
			  struct error *err)
{
	size_t i;

	for (i = first; i < documents->length; i++)
		if (!documents->items[i].name && !(documents->items[i].name = name_of_key(key)))
			return error_nomem(err);
	return 0;
}

static int read_config_file(const struct cursor *at, const char *text, size_t size, void *data,
			    struct error *err)
{
	const struct input *outer = data;
	struct input input = *outer;
	size_t first = outer->documents->length;
	_cleanup_free_ char *key = str_escape(at->key), *name = NULL;
	int r;

	if (!key || asprintf(&name, "%s: $.%s.%s", outer->source.name, at->parent->key, key) < 0) {
		name = NULL;
		return error_nomem(err);
	}
	if (!may_be_profile(at->key, text, size))
		return notes_add(&outer->documents->notes, err,
				 "%s: is not a profile, and is skipped", name);
	input.source.name = name;
	input.source.text = text;
	input.source.size = size;
	input.source.yaml = false;
	input.source.document = 0;
	input.in_config_map = true;
	r = read_text(&input, err);
	if (r == 0 && outer->documents->length == first)
		return error_set(err, EINVAL, "%s: there is nothing in it", name);
	return r < 0 ? r : name_documents(outer->documents, first, at->key, err);
}

static int read_config_map(const struct cursor *at, const struct input *input, struct error *err)
{
	size_t before = input->documents->length;
	int r;

	if (input->in_config_map)
		return cursor_fail(at, err, "a ConfigMap within a ConfigMap holds no profile");
	r = config_map_read(at, read_config_file, (void *)input, err);
	if (r == 0 && input->documents->length == before)
		return cursor_fail(at, err, "the ConfigMap has no profile");
	return r;
}

static int read_value(const struct cursor *at, void *data, struct error *err)
{
	const struct input *input = data;
	struct document *document = NULL;
	int r;

	if ((r = cursor_check_object(at, err)) < 0)
		return r;
	if (is_config_map(at))
		return read_config_map(at, input, err);
	if ((r = documents_add(input->documents, &document, err)) < 0)
		return r;
	if (has(at, "kind") || has(at, "apiVersion"))
		return profile_read_cr(at, document, err);
	if (has(at, "format") && !input->source.yaml)
		return read_recording(input, document, err);
	if (has(at, "defaultAction") || has(at, "syscalls"))
		return read_profile(at, input, document, err);
	if (has(at, "ociVersion") || has(at, "linux") || has(at, "process"))
		return read_bundle(at, input, document, err);
	return cursor_fail(at, err,
			   "this is not a seccomp profile, SeccompProfile, recording or "
			   "config.json of an OCI bundle");
}

/* True for a list, which "kubectl get" prints for several resources. */
static bool is_list(const struct cursor *at)
{
	const char *kind = json_string_value(json_object_get(at->value, "kind"));

	return kind && (strcmp(kind, "List") == 0 || strcmp(kind, "SeccompProfileList") == 0 ||
			strcmp(kind, "ConfigMapList") == 0);
}

/* Reads one JSON text, or one document of a YAML stream. */
static int read_root(json_t *root, struct input *input, struct error *err)
{
	struct cursor at = { .value = root, .source = &input->source };

	return is_list(&at) ? cursor_each(&at, "items", read_value, input, err) :
			      read_value(&at, input, err);
}

static int read_yaml(struct input *input, struct error *err)
{
	const struct tree_source *source = &input->source;
	_cleanup_(yaml_stream_finish) struct yaml_stream stream = {};
	size_t i;
	int r = yaml_parse(source->name, source->text, source->size, &stream, err);

	input->source.yaml = true;
	for (i = 0; i < stream.length && r == 0; i++) {
		input->source.document = stream.documents[i];
		r = read_root(stream.roots[i], input, err);
	}
	return r;
}

/*
 * True if the text begins like a recording. Recordings are too large to parse just to recognise
 * them. One that begins differently is recognised later by its "format" member.
 */
static bool looks_like_recording(const char *text, size_t size)
{
	static const char *const tokens[] = { "{", "\"format\"", ":", "\"recorder.recording/" };
	size_t i, length, at = 0;

	for (i = 0; i < array_size(tokens); i++) {
		while (at < size && text[at] && strchr(" \t\r\n", text[at]))
			at++;
		length = strlen(tokens[i]);
		if (size - at < length || memcmp(text + at, tokens[i], length) != 0)
			return false;
		at += length;
	}
	return true;
}

static int read_json(struct input *input, struct error *err)
{
	const struct tree_source *source = &input->source;
	_cleanup_json_ json_t *root = NULL;
	struct document *document = NULL;
	int r;

	if (looks_like_recording(source->text, source->size)) {
		r = documents_add(input->documents, &document, err);
		return r < 0 ? r : read_recording(input, document, err);
	}
	r = tree_parse(source->name, source->text, source->size, &root, err);
	return r < 0 ? r : read_root(root, input, err);
}

static int read_text(struct input *input, struct error *err)
{
	return looks_like_json(input->source.text, input->source.size) ? read_json(input, err) :
									 read_yaml(input, err);
}

int documents_read(const char *name, const char *text, size_t size,
		   const struct document_options *options, struct documents *ret_documents,
		   struct error *err)
{
	static const struct document_options none;
	_cleanup_documents_ struct documents documents = {};
	struct input input = {
		.source = { .name = name, .text = text, .size = size },
		.options = options ? options : &none,
		.documents = &documents,
	};
	int r;

	input.source.ignored = &documents.ignored;
	if (input.options->lenient)
		input.source.unknown = &documents.notes;
	r = read_text(&input, err);
	if (r < 0)
		return r;
	if (!documents.length)
		return error_set(err, EINVAL, "%s: there is nothing in it", name);
	*ret_documents = documents;
	documents = (struct documents){};
	return 0;
}
