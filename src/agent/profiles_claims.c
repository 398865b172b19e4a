// SPDX-License-Identifier: Apache-2.0
//
// Which profile has which path below a namespace. Two recorded profiles can claim one path: "web" with
// the container "app" and "web-app" have the same plain name, and one of the objects has a hash in its
// name. Who makes the objects avoids it, but two nodes may make them at the same time. Then, on each
// node, the profile has the path whose own name it is; or else the one whose name sorts first. Lists
// have them in this order, so that an agent that starts does not write the file of the other one first.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/profile_path.h"
#include "agent/profiles_state.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/string_set.h"

static bool claims(const struct profile_entry *entry, const char *path)
{
	return entry->exists && entry->claim && strcmp(entry->claim, path) == 0;
}

/* True if entry has precedence over another one with the same claim. */
static bool precedes(const struct profile_entry *entry, const struct profile_entry *other)
{
	if (entry->borrows != other->borrows)
		return !entry->borrows;
	return strcmp(entry->name, other->name) < 0;
}

/* Several profiles may claim a path. Returns the one that has it; NULL if no profile claims it. */
static const struct profile_entry *find_holder(const struct profiles *profiles, const char *path)
{
	const struct profile_entry *holder = NULL;
	size_t i;

	for (i = 0; i < profiles->entries.length; i++) {
		const struct profile_entry *entry = profiles->entries.items[i];

		if (claims(entry, path) && (!holder || precedes(entry, holder)))
			holder = entry;
	}
	return holder;
}

const struct profile_entry *profiles_holder_of(const struct profiles *profiles,
					       const struct profile_entry *entry)
{
	const struct profile_entry *holder = NULL;

	/* Nobody takes the path of an own name; so most profiles are not compared with all others. */
	if (entry->claim && entry->borrows)
		holder = find_holder(profiles, entry->claim);
	return holder == entry ? NULL : holder;
}

const char *profiles_path_holder(const struct profiles *profiles, const char *path)
{
	const struct profile_entry *holder = find_holder(profiles, path);

	return holder ? holder->name : NULL;
}

bool profiles_is_elsewhere(const struct profiles *profiles, const struct profile_entry *entry,
			   const char *path)
{
	const struct profile_entry *holder = find_holder(profiles, path);

	return holder && holder != entry;
}

void profiles_drop_files(const struct profiles *profiles, struct profile_entry *entry)
{
	size_t i = entry->path_count;

	while (i--)
		if (profiles_is_elsewhere(profiles, entry, entry->paths[i]))
			string_set_remove(entry->paths, &entry->path_count, entry->paths[i]);
}

/* Whoever borrows the path of a claim may get it now, or lose it. */
static void touch_borrowers(struct profiles *profiles, const struct profile_entry *changed)
{
	size_t i;

	for (i = 0; changed->claim && i < profiles->entries.length; i++) {
		struct profile_entry *entry = profiles->entries.items[i];

		if (entry != changed && entry->borrows && claims(entry, changed->claim)) {
			profiles_forget_plan(entry);
			profiles_touch(profiles, entry);
		}
	}
}

/* A path that cannot be is no claim: the plan says what is wrong with it. */
static int read_claim(const json_t *object, char **ret_claim, bool *ret_borrows, struct error *err)
{
	_cleanup_free_ char *claim = NULL, *own = NULL;
	int r = profile_namespaced_path(object, false, &claim, NULL);

	if (r == 0)
		r = profile_namespaced_path(object, true, &own, NULL);
	if (r == -ENOMEM)
		return error_nomem(err);
	if (r < 0)
		free(steal_pointer(&claim));
	*ret_borrows = claim && strcmp(claim, own) != 0;
	*ret_claim = steal_pointer(&claim);
	return 0;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : !a && !b;
}

int profiles_note_claim(struct profiles *profiles, struct profile_entry *entry,
			const json_t *object, struct error *err)
{
	_cleanup_free_ char *claim = NULL;
	bool borrows = false;
	int r = read_claim(object, &claim, &borrows, err);

	if (r < 0 || is_same(claim, entry->claim))
		return r;
	touch_borrowers(profiles, entry);
	free(entry->claim);
	entry->claim = steal_pointer(&claim);
	entry->borrows = borrows;
	touch_borrowers(profiles, entry);
	return 0;
}

void profiles_drop_claim(struct profiles *profiles, struct profile_entry *entry)
{
	touch_borrowers(profiles, entry);
	free(steal_pointer(&entry->claim));
	entry->borrows = false;
}
