// SPDX-License-Identifier: Apache-2.0
#include "profile/format/members.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "util/notes.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"

/*
 * More unknown members are not taken for comments. Bounded because the names are kept sorted.
 */
#define IGNORED_MAX 100

/* A longer name resembles no known member. */
#define NAME_MAX_FOLDED 40

/* Every member that has an effect somewhere in a profile, except "name". */
static const char *const effective[] = {
	"action",
	"archMap",
	"arches",
	"architecture",
	"architectures",
	"args",
	"caps",
	"defaultAction",
	"defaultErrno",
	"defaultErrnoRet",
	"errno",
	"errnoRet",
	"excludes",
	"flags",
	"includes",
	"index",
	"listenerMetadata",
	"listenerPath",
	"minKernel",
	"names",
	"op",
	"subArchitectures",
	"syscalls",
	"value",
	"valueTwo",
};

void ignored_members_finish(struct ignored_members *ignored)
{
	string_set_free(ignored->names, ignored->count);
}

static bool is_among(const char *const *known, const char *key)
{
	while (*known && strcmp(*known, key) != 0)
		known++;
	return *known;
}

/*
 * Reads one letter of key as Go's encoding/json compares names: ſ is an s, the Kelvin sign a k.
 * Returns the letter's length in bytes.
 */
static size_t fold(const char *key, char *ret_letter)
{
	if (str_has_prefix(key, "\u017f")) {
		*ret_letter = 's';
		return strlen("\u017f");
	}
	if (str_has_prefix(key, "\u212a")) {
		*ret_letter = 'k';
		return strlen("\u212a");
	}
	*ret_letter = tolower((unsigned char)*key);
	return 1;
}

static bool is_same_to_go(const char *key, const char *known)
{
	char letter;

	for (; *key && *known; known++) {
		key += fold(key, &letter);
		if (letter != tolower((unsigned char)*known))
			return false;
	}
	return !*key && !*known;
}

/*
 * Returns the known name that Go takes key for, or NULL. "comment" has no effect, so its
 * capitals do not matter.
 */
static const char *same_to_go(const char *const *known, const char *key)
{
	for (; *known; known++)
		if (strcmp(*known, "comment") != 0 && is_same_to_go(key, *known))
			return *known;
	return NULL;
}

/* Copies a name in lower case, without underscores and dashes. False if it is too long. */
static bool simplify(const char *name, char out[NAME_MAX_FOLDED + 1])
{
	size_t length = 0;

	for (; *name; name++) {
		if (*name == '_' || *name == '-')
			continue;
		if (length == NAME_MAX_FOLDED)
			return false;
		out[length++] = tolower((unsigned char)*name);
	}
	out[length] = '\0';
	return true;
}

/*
 * Returns the number of typing errors to allow for: one for each five letters, at least one,
 * and none in a name of one or two letters.
 */
static size_t slips_of(const char *name)
{
	size_t length = strlen(name);

	return length < 3 ? 0 : length < 10 ? 1 : length / 5;
}

/* Returns the member with an effect whose name is most similar to key, or NULL if none is. */
static const char *effective_like(const char *key)
{
	char typed[NAME_MAX_FOLDED + 1], name[NAME_MAX_FOLDED + 1];
	const char *nearest = NULL;
	size_t i, best = 0;

	if (!simplify(key, typed))
		return NULL;
	for (i = 0; i < array_size(effective); i++) {
		size_t distance;

		simplify(effective[i], name);
		distance = str_distance(typed, name);
		if (distance <= slips_of(typed) && (!nearest || distance < best)) {
			best = distance;
			nearest = effective[i];
		}
	}
	return nearest;
}

/*
 * True for the name of a comment. "name" has an effect only in Docker's older form, where it
 * names a call; elsewhere it is a label that people add.
 */
static bool is_comment(const char *key)
{
	return !isalpha((unsigned char)key[0]) || str_has_prefix(key, "x-") ||
	       strcmp(key, "name") == 0;
}

/* Refuses a member that was meant to have an effect, or warns about it in a lenient reading. */
static int reject(const struct cursor *at, const char *like, struct error *err)
{
	const struct tree_source *source = cursor_source(at);
	struct notes *warnings = source ? source->unknown : NULL;
	_cleanup_error_ struct error note = ERROR_INIT;
	bool warn = warnings && warnings->count < IGNORED_MAX;
	struct error *refusal = warn ? &note : err;

	if (strcmp(like, at->key) == 0)
		cursor_fail(at, refusal,
			    "this field belongs elsewhere; runtimes would ignore it here");
	else
		cursor_fail(at, refusal,
			    "unknown field (did you mean \"%s\"?); runtimes would ignore it", like);
	return warn ? notes_add(warnings, err, "%s", error_message(&note)) : -EINVAL;
}

static int keep(const struct cursor *at, bool keeps, json_t **kept, struct error *err)
{
	const struct tree_source *source = cursor_source(at);
	struct ignored_members *ignored = source ? source->ignored : NULL;
	int r;

	if (!ignored)
		return 0;
	r = string_set_add(&ignored->names, &ignored->count, at->key, err);
	if (r < 0)
		return r;
	if (ignored->count > IGNORED_MAX)
		return cursor_fail(at, err, "unknown field, after %d others", IGNORED_MAX);
	if (!keeps) {
		ignored->left_out = true;
		return 0;
	}
	if (!*kept && !(*kept = json_object()))
		return error_nomem(err);
	if (json_object_set(*kept, at->key, (json_t *)at->value) < 0)
		return error_nomem(err);
	return 0;
}

static int refuse_capitals(const struct cursor *at, const char *name, struct error *err)
{
	return cursor_fail(at, err,
			   "write \"%s\": runc, containerd, CRI-O, Docker and Podman read it as "
			   "that, and crun ignores it",
			   name);
}

int members_check_capitals(const struct cursor *at, const char *const *names, struct error *err)
{
	const char *key, *name;
	json_t *value;

	json_object_foreach((json_t *)at->value, key, value) {
		struct cursor member = { value, at, key, 0, NULL };

		name = is_among(names, key) ? NULL : same_to_go(names, key);
		if (name)
			return refuse_capitals(&member, name, err);
	}
	return 0;
}

int members_check(const struct cursor *at, const char *const *known, json_t **ret_kept,
		  struct error *err)
{
	_cleanup_json_ json_t *kept = NULL;
	const char *key, *like;
	json_t *value;
	int r = cursor_check_object(at, err);

	if (r < 0)
		return r;
	json_object_foreach((json_t *)at->value, key, value) {
		struct cursor member = { value, at, key, 0, NULL };

		if (is_among(known, key))
			continue;
		like = same_to_go(known, key);
		if (like)
			return refuse_capitals(&member, like, err);
		like = is_comment(key) ? NULL : effective_like(key);
		r = like ? reject(&member, like, err) : keep(&member, ret_kept, &kept, err);
		if (r < 0)
			return r;
	}
	if (ret_kept)
		*ret_kept = steal_pointer(&kept);
	return 0;
}
