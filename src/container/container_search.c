// SPDX-License-Identifier: Apache-2.0
#include "container/container_search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container/container.h"
#include "container/container_record.h"
#include "container/container_state.h"
#include "container/cri.h"
#include "cgroup/cgroup_tree.h"
#include "cgroup/owner.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"
#include "util/text_stream.h"

#define CANDIDATES_SHOWN 5

/* Kinds of match, best first. */
enum id_match {
	ID_MATCH_ID,
	ID_MATCH_NAME,
	ID_MATCH_PREFIX,
	ID_MATCH_COUNT,
};

struct found {
	struct container_candidate candidate;
	enum id_match match;
};

struct search {
	const struct container_reference *reference;
	struct found *items; /* each pair of id and owner appears once */
	size_t length;
};

void container_candidate_finish(struct container_candidate *candidate)
{
	free(candidate->id);
	free(candidate->cgroup);
	*candidate = (struct container_candidate){};
}

static void search_finish(struct search *search)
{
	size_t i;

	for (i = 0; i < search->length; i++)
		container_candidate_finish(&search->items[i].candidate);
	free(search->items);
}

static struct found *find(struct search *search, const char *id, uid_t owner)
{
	size_t i;

	for (i = 0; i < search->length; i++)
		if (search->items[i].candidate.owner == owner &&
		    strcmp(search->items[i].candidate.id, id) == 0)
			return &search->items[i];
	return NULL;
}

/*
 * Adds a container, or completes a known one. ret_found is NULL if the reference does not match
 * it.
 */
static int add(struct search *search, const char *id, const char *name, uid_t owner,
	       enum container_engine engine, struct found **ret_found, struct error *err)
{
	const char *text = search->reference->text;
	enum id_match match = name && strcmp(name, text) == 0 ? ID_MATCH_NAME : ID_MATCH_PREFIX;
	struct found *found = find(search, id, owner), *grown;

	*ret_found = NULL;
	if (strcmp(id, text) == 0)
		match = ID_MATCH_ID;
	if (match == ID_MATCH_PREFIX && !str_has_prefix(id, text))
		return 0;
	if (!found) {
		grown = array_grow(search->items, search->length, sizeof(*grown));
		if (!grown)
			return error_nomem(err);
		search->items = grown;
		found = &grown[search->length];
		*found = (struct found){ { .id = strdup(id), .owner = owner }, match };
		if (!found->candidate.id)
			return error_nomem(err);
		search->length++;
	}
	if (match < found->match)
		found->match = match;
	if (!found->candidate.engine)
		found->candidate.engine = engine;
	*ret_found = found;
	return 0;
}

static int search_states(struct search *search, struct error *err)
{
	_cleanup_container_states_ struct container_states states = {};
	struct found *found;
	size_t i;
	int r = 0;

	/* A text that is no valid prefix of an id can only be a name. */
	if (!container_id_is_valid(search->reference->text))
		return 0;
	r = container_states_find("", search->reference->text, &states, err);
	for (i = 0; i < states.length && r == 0; i++)
		r = add(search, states.items[i].id, NULL, states.items[i].owner,
			states.items[i].engine, &found, err);
	return r;
}

static int search_records(struct search *search, struct error *err)
{
	_cleanup_container_records_ struct container_records records = {};
	struct found *found;
	size_t i;
	int r = container_records_find("", search->reference->text, &records, err);

	for (i = 0; i < records.length && r == 0; i++)
		r = add(search, records.items[i].id, records.items[i].name, records.items[i].owner,
			records.items[i].engine, &found, err);
	return r;
}

/* A runtime that does not answer is no error: the files may identify the container. */
static int search_cri(struct search *search, struct cri *cri, struct error *err)
{
	struct cri_container *containers = NULL;
	struct found *found;
	size_t i, count = 0;
	int r = 0;

	if (!cri || cri_list_containers(cri, NULL, &containers, &count, NULL) < 0)
		return 0;
	for (i = 0; i < count && r == 0; i++)
		if (containers[i].state != CRI_CONTAINER_EXITED)
			r = add(search, containers[i].id, NULL, OWNER_ROOT, ENGINE_UNKNOWN, &found,
				err);
	cri_containers_free(containers, count);
	return r;
}

static int add_cgroup(struct search *search, const struct cgroup_mount *mount, const char *path,
		      const struct cgroup_container *container, struct error *err)
{
	struct found *found = NULL;
	uid_t owner;
	int r;

	if (owner_of_cgroup(mount, path, &owner, NULL) < 0 || owner == OWNER_ANYBODY)
		return 0;
	r = add(search, container->id, NULL, owner, container->engine, &found, err);
	if (r < 0 || !found || found->candidate.cgroup)
		return r;
	found->candidate.cgroup = strndup(path, container->length);
	return found->candidate.cgroup ? 0 : error_nomem(err);
}

struct cgroup_search {
	struct search *search;
	const struct cgroup_mount *mount;
};

/* A cgroup inside of a container belongs to it and is not searched. */
static int search_cgroup(void *data, const char *path, uint64_t id, uint64_t parent_id,
			 struct error *err)
{
	const struct cgroup_search *within = data;
	struct cgroup_container container;
	int r;

	if (!cgroup_path_parse(path, &container))
		return 0;
	r = add_cgroup(within->search, within->mount, path, &container, err);
	return r < 0 ? r : CGROUP_TREE_SKIP;
}

static int search_cgroups(struct search *search, const struct cgroup_mount *mount,
			  struct error *err)
{
	struct cgroup_search within = { search, mount };

	return cgroup_tree_walk(mount->root, search_cgroup, &within, err);
}

/*
 * True if the candidate is root's (with of_root) or a user's (without), and may be of the
 * engine asked for.
 */
static bool is_eligible(const struct search *search, const struct found *found, bool of_root)
{
	enum container_engine wanted = search->reference->engine;

	if (wanted && found->candidate.engine && found->candidate.engine != wanted)
		return false;
	return (found->candidate.owner == OWNER_ROOT) == of_root;
}

static int ambiguous(const struct search *search, enum id_match match, bool of_root, size_t count,
		     struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *list = NULL;
	FILE *out = text_stream_open(&stream);
	size_t i, shown = 0;
	int r;

	if (!out)
		return error_nomem(err);
	for (i = 0; i < search->length && shown < CANDIDATES_SHOWN; i++) {
		const struct container_candidate *candidate = &search->items[i].candidate;

		if (search->items[i].match != match ||
		    !is_eligible(search, &search->items[i], of_root))
			continue;
		fprintf(out, "%s%s", shown++ ? ", " : "", candidate->id);
		if (match == ID_MATCH_NAME && candidate->engine)
			fprintf(out, " (%s)", container_engine_name(candidate->engine));
		if (!of_root)
			fprintf(out, " of user %u", candidate->owner);
	}
	if (shown < count)
		fprintf(out, " and %zu more", count - shown);
	r = text_stream_take(&stream, &list, err);
	if (r < 0)
		return r;
	if (match == ID_MATCH_NAME)
		return error_set(err, ENOTUNIQ,
				 "%zu containers have the name '%s': %s; write the id of one",
				 count, search->reference->text, list);
	return error_set(err, ENOTUNIQ,
			 "%zu containers have an id that begins with '%s': %s; write more of it",
			 count, search->reference->text, list);
}

/*
 * Chooses the best match among root's containers, or among those of users. ret_found is not set
 * if there is none.
 */
static int choose_among(struct search *search, bool of_root, struct found **ret_found,
			struct error *err)
{
	enum id_match match;
	size_t i, count;

	for (match = ID_MATCH_ID; match < ID_MATCH_COUNT; match++) {
		struct found *last = NULL;

		for (i = count = 0; i < search->length; i++) {
			if (search->items[i].match != match ||
			    !is_eligible(search, &search->items[i], of_root))
				continue;
			last = &search->items[i];
			count++;
		}
		if (count > 1)
			return ambiguous(search, match, of_root, count, err);
		if (count == 1) {
			*ret_found = last;
			return 0;
		}
	}
	return 0;
}

static int choose(struct search *search, struct found **ret_found, struct error *err)
{
	struct found *found = NULL;
	int r = choose_among(search, true, &found, err);

	if (r == 0 && !found)
		r = choose_among(search, false, &found, err);
	if (r < 0)
		return r;
	if (!found)
		return error_set(err, ENOENT,
				 "no container%s%s has the name '%s' or an id that begins with it "
				 "(searched: the state directories of containerd, Docker, CRI-O, "
				 "Podman, runc and crun, and the cgroup tree); --wait waits for "
				 "one",
				 search->reference->engine ? " of " : "",
				 search->reference->engine ?
					 container_engine_name(search->reference->engine) :
					 "",
				 search->reference->text);
	*ret_found = found;
	return 0;
}

/*
 * Searches the cgroup tree for a candidate found by name, whose cgroup path contains the id
 * instead.
 */
static int find_cgroup(const struct cgroup_mount *mount, struct container_candidate *candidate,
		       struct error *err)
{
	const struct container_reference reference = { candidate->engine, candidate->id };
	_cleanup_(search_finish) struct search search = { .reference = &reference };
	struct found *found;
	int r = search_cgroups(&search, mount, err);

	found = r == 0 ? find(&search, candidate->id, candidate->owner) : NULL;
	if (found)
		candidate->cgroup = steal_pointer(&found->candidate.cgroup);
	return r;
}

int container_search(const struct cgroup_mount *mount, struct cri *cri,
		     const struct container_reference *reference,
		     struct container_candidate *ret_candidate, struct error *err)
{
	_cleanup_(search_finish) struct search search = { .reference = reference };
	struct found *found = NULL;
	int r = search_states(&search, err);

	if (r == 0)
		r = search_records(&search, err);
	if (r == 0)
		r = search_cri(&search, cri, err);
	if (r == 0)
		r = search_cgroups(&search, mount, err);
	if (r == 0)
		r = choose(&search, &found, err);
	if (r == 0 && found->match == ID_MATCH_NAME)
		r = find_cgroup(mount, &found->candidate, err);
	if (r < 0)
		return r;
	*ret_candidate = found->candidate;
	found->candidate = (struct container_candidate){};
	return 0;
}
