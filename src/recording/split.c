// SPDX-License-Identifier: Apache-2.0
#include "recording/split.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

#define LABEL_MAX 63 /* of a DNS label, RFC 1123 */
#define HASH_SIZE 9  /* "-" and eight hexadecimal digits */

static const char *const split_names[SPLIT_COUNT] = {
	[SPLIT_NONE] = "none",
	[SPLIT_CONTAINER] = "container",
	[SPLIT_POD] = "pod",
};

/* The observations that share a profile. */
struct group {
	char *key;   /* unique among the groups */
	char *label; /* the preferred name */
	struct recording recording;
};

struct groups {
	struct group *items; /* sorted by key */
	size_t length;
};

const char *split_name(enum split split)
{
	return split_names[split];
}

int split_from_name(const char *name)
{
	int i;

	for (i = 0; i < SPLIT_COUNT; i++)
		if (strcmp(split_names[i], name) == 0)
			return i;
	return -ENOENT;
}

void recordings_free(struct recording *recordings, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		recording_finish(&recordings[i]);
	free(recordings);
}

static void groups_finish(struct groups *groups)
{
	size_t i;

	for (i = 0; i < groups->length; i++) {
		free(groups->items[i].key);
		free(groups->items[i].label);
		recording_finish(&groups->items[i].recording);
	}
	free(groups->items);
}

/* FNV-1a: it only has to distinguish names, not to resist an attacker. */
static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

/*
 * Replaces, in place, the characters that a DNS label cannot have. Returns true if the name was
 * a DNS label already.
 */
static bool make_dns_label(char *name)
{
	bool unchanged = str_is_dns_label(name);
	char *from, *to = name;

	if (unchanged)
		return true;
	for (from = name; *from; from++) {
		char c = tolower((unsigned char)*from);
		bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		/* No dash at the beginning, and only one for several replaced characters. */
		if (allowed)
			*to++ = c;
		else if (to > name && to[-1] != '-')
			*to++ = '-';
	}
	*to = '\0';
	return false;
}

/* Appends "-" and the hash to base, which is cut so that they fit. */
static int name_with_hash(const char *base, uint32_t hash, char **ret_name, struct error *err)
{
	size_t length = strnlen(base, LABEL_MAX - HASH_SIZE);
	char *name;

	while (length && base[length - 1] == '-')
		length--;
	if (asprintf(&name, "%.*s%s%08" PRIx32, (int)length, base, length ? "-" : "", hash) < 0)
		return error_nomem(err);
	*ret_name = name;
	return 0;
}

/* Finds or creates the group with the key. */
static int groups_get(struct groups *groups, const char *key, const char *label,
		      struct group **ret_group, struct error *err)
{
	_cleanup_free_ char *key_copy = NULL, *label_copy = NULL;
	struct group *items;
	size_t at = 0;

	while (at < groups->length && strcmp(groups->items[at].key, key) < 0)
		at++;
	if (at == groups->length || strcmp(groups->items[at].key, key) != 0) {
		key_copy = strdup(key);
		label_copy = strdup(label);
		items = array_grow(groups->items, groups->length, sizeof(*items));
		if (items)
			groups->items = items;
		if (!items || !key_copy || !label_copy)
			return error_nomem(err);
		memmove(items + at + 1, items + at, (groups->length - at) * sizeof(*items));
		items[at] = (struct group){ steal_pointer(&key_copy), steal_pointer(&label_copy) };
		groups->length++;
	}
	*ret_group = &groups->items[at];
	return 0;
}

/* Finds the group of an observation. Without a pod, the container's name decides. */
static int groups_find(struct groups *groups, const struct observation *observation,
		       enum split split, struct group **ret_group, struct error *err)
{
	const char *container = observation->container_name;
	const char *namespace = observation->pod_namespace ? observation->pod_namespace : "";
	const char *pod = observation->pod_name;
	_cleanup_free_ char *key = NULL;

	if (split == SPLIT_NONE)
		return groups_get(groups, "", "", ret_group, err);
	if (split == SPLIT_POD && pod) {
		if (asprintf(&key, "pod/%s/%s", namespace, pod) < 0)
			key = NULL;
		return key ? groups_get(groups, key, pod, ret_group, err) : error_nomem(err);
	}
	if (!container || !*container)
		container = "unnamed";
	if (asprintf(&key, "container/%s", container) < 0)
		key = NULL;
	return key ? groups_get(groups, key, container, ret_group, err) : error_nomem(err);
}

static bool groups_use_name(const struct groups *groups, const char *name)
{
	size_t i;

	for (i = 0; i < groups->length; i++)
		if (groups->items[i].recording.name &&
		    strcmp(groups->items[i].recording.name, name) == 0)
			return true;
	return false;
}

static bool groups_share_label(const struct groups *groups, const struct group *group)
{
	size_t i;

	for (i = 0; i < groups->length; i++)
		if (&groups->items[i] != group && strcmp(groups->items[i].label, group->label) == 0)
			return true;
	return false;
}

/*
 * Names a group "<recording>-<label>". With hashed false, does so only if that is a DNS label
 * and no other group has the same label. With hashed true, names each remaining group: makes a
 * DNS label with a hash, which must not equal a name given before.
 */
static int group_name(struct groups *groups, struct group *group, const char *recording,
		      bool hashed, struct error *err)
{
	_cleanup_free_ char *name = NULL;
	uint32_t hash = hash_text(group->key);
	bool unchanged;
	int r;

	if (group->recording.name)
		return 0;
	if (asprintf(&name, "%s%s%s", recording, *recording && *group->label ? "-" : "",
		     group->label) < 0) {
		name = NULL;
		return error_nomem(err);
	}
	unchanged = make_dns_label(name) && !groups_share_label(groups, group);
	if (!hashed) {
		if (unchanged)
			group->recording.name = steal_pointer(&name);
		return 0;
	}
	for (;; hash++) {
		_cleanup_free_ char *candidate = NULL;

		r = name_with_hash(name, hash, &candidate, err);
		if (r < 0)
			return r;
		if (!groups_use_name(groups, candidate)) {
			group->recording.name = steal_pointer(&candidate);
			return 0;
		}
	}
}

static int groups_name(struct groups *groups, const char *recording, struct error *err)
{
	size_t i;
	int hashed, r;

	for (hashed = 0; hashed < 2; hashed++) {
		for (i = 0; i < groups->length; i++) {
			r = group_name(groups, &groups->items[i], recording, hashed, err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int recording_compare_names(const void *a, const void *b)
{
	return strcmp(((const struct recording *)a)->name, ((const struct recording *)b)->name);
}

int recording_split(struct recording *recording, enum split split, struct recording **ret_parts,
		    size_t *ret_count, struct error *err)
{
	_cleanup_(groups_finish) struct groups groups = {};
	struct recording *parts;
	struct group *group;
	size_t i;
	int r;

	/* There is one part even without observations. */
	if (split == SPLIT_NONE) {
		r = groups_get(&groups, "", "", &group, err);
		if (r < 0)
			return r;
	}
	for (i = 0; i < recording->observation_count; i++) {
		r = groups_find(&groups, &recording->observations[i], split, &group, err);
		if (r == 0)
			r = recording_add(&group->recording, &recording->observations[i], err);
		if (r < 0)
			return r;
	}
	recording->observation_count = 0;
	r = groups_name(&groups, recording->name ? recording->name : "", err);
	if (r < 0)
		return r;
	parts = calloc(groups.length ? groups.length : 1, sizeof(*parts));
	if (!parts)
		return error_nomem(err);
	for (i = 0; i < groups.length; i++) {
		parts[i] = groups.items[i].recording;
		groups.items[i].recording = (struct recording){};
	}
	qsort(parts, groups.length, sizeof(*parts), recording_compare_names);
	*ret_parts = parts;
	*ret_count = groups.length;
	return 0;
}
