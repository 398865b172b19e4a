// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_profiles.h"

#include <stdlib.h>

#include "recording/applied_profile.h"
#include "recording/recording.h"
#include "json/cursor.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

static int compare(const void *a, const void *b)
{
	return applied_profile_compare(*(struct applied_profile *const *)a,
				       *(struct applied_profile *const *)b);
}

void recording_profiles_finish(struct recording_profiles *profiles)
{
	size_t i;

	for (i = 0; i < profiles->length; i++)
		applied_profile_unref(profiles->items[i]);
	free(profiles->items);
	*profiles = (struct recording_profiles){};
}

/* Appends a profile, and takes over the caller's reference. */
static int add(struct recording_profiles *profiles, struct applied_profile *applied,
	       struct error *err)
{
	struct applied_profile **items =
		array_grow(profiles->items, profiles->length, sizeof(*items));

	if (!items) {
		applied_profile_unref(applied);
		return error_nomem(err);
	}
	profiles->items = items;
	items[profiles->length++] = applied;
	return 0;
}

static void drop_repeated(struct recording_profiles *profiles)
{
	size_t kept = 0, i;

	for (i = 0; i < profiles->length; i++) {
		if (kept &&
		    applied_profile_compare(profiles->items[kept - 1], profiles->items[i]) == 0)
			applied_profile_unref(profiles->items[i]);
		else
			profiles->items[kept++] = profiles->items[i];
	}
	profiles->length = kept;
}

int recording_profiles_collect(const struct recording *recording,
			       struct recording_profiles *ret_profiles, struct error *err)
{
	_cleanup_recording_profiles_ struct recording_profiles profiles = {};
	size_t i;
	int r;

	for (i = 0; i < recording->observation_count; i++) {
		struct applied_profile *applied = recording->observations[i].applied_profile;

		/* Skip repetitions early: neighbours mostly share one profile. */
		if (!applied || (profiles.length && profiles.items[profiles.length - 1] == applied))
			continue;
		r = add(&profiles, applied_profile_ref(applied), err);
		if (r < 0)
			return r;
	}
	if (profiles.length)
		qsort(profiles.items, profiles.length, sizeof(*profiles.items), compare);
	drop_repeated(&profiles);
	*ret_profiles = profiles;
	profiles = (struct recording_profiles){};
	return 0;
}

size_t recording_profiles_index(const struct recording_profiles *profiles,
				const struct applied_profile *applied)
{
	struct applied_profile **found = bsearch(&applied, profiles->items, profiles->length,
						 sizeof(*profiles->items), compare);

	return found - profiles->items;
}

void recording_profiles_print(FILE *out, const struct recording_profiles *profiles)
{
	const char *c;
	size_t i;

	fputc('[', out);
	for (i = 0; i < profiles->length; i++) {
		fputs(i ? ",\n    " : "\n    ", out);
		/* JSON strings contain no newline, so each newline is part of the layout. */
		for (c = applied_profile_text(profiles->items[i]); *c; c++)
			if (*c != '\n')
				fputc(*c, out);
			else if (c[1])
				fputs("\n    ", out);
	}
	fputs("\n  ]", out);
}

int recording_profiles_read(const struct cursor *at, struct recording_profiles *ret_profiles,
			    struct error *err)
{
	_cleanup_recording_profiles_ struct recording_profiles profiles = {};
	struct applied_profile *applied = NULL;
	size_t length, i;
	int r = cursor_get_length(at, &length, err);

	for (i = 0; r == 0 && i < length; i++) {
		struct cursor element = cursor_element(at, i);

		r = applied_profile_create_value(&element, &applied, err);
		if (r == 0)
			r = add(&profiles, applied, err);
	}
	if (r < 0)
		return r;
	*ret_profiles = profiles;
	profiles = (struct recording_profiles){};
	return 0;
}

int recording_profiles_take(const struct recording_profiles *profiles, const struct cursor *at,
			    struct applied_profile **ret_applied, struct error *err)
{
	uint64_t index;
	int r = cursor_get_number(at, INT64_MAX, &index, err);

	if (r < 0)
		return r;
	if (index >= profiles->length)
		return cursor_fail(at, err, "\"profiles\" has no element %llu",
				   (unsigned long long)index);
	*ret_applied = applied_profile_ref(profiles->items[index]);
	return 0;
}
