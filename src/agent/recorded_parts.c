// SPDX-License-Identifier: Apache-2.0
#include "agent/recorded_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "agent/recording_plan.h"
#include "agent/recording_report.h"
#include "profile/derive/derive_profile.h"
#include "profile/format/profile_write.h"
#include "profile/model/profile.h"
#include "recording/recording.h"
#include "util/array.h"
#include "util/error.h"

/* Of a profile and its gap, as they were reported last. */
struct digest {
	char *name; /* "<container>/<pod>" */
	unsigned char value[SHA256_DIGEST_LENGTH];
};

static void digest_destroy(struct digest *digest)
{
	free(digest->name);
	free(digest);
}

DEFINE_CLEANUP(struct digest *, digest_destroy);

void part_digests_finish(struct part_digests *known)
{
	size_t i;

	for (i = 0; i < known->table.length; i++)
		digest_destroy(known->table.items[i]);
	name_table_finish(&known->table);
}

/* Some of the observations of a recording, borrowed from it. */
struct group {
	const struct observation *first;
	bool of_container; /* false: of all containers */
	bool of_pod;
	struct recording members;
};

static bool is_member(const struct group *group, const struct observation *observation)
{
	const struct observation *first = group->first;

	if (group->of_container && strcmp(first->container_name, observation->container_name ?: ""))
		return false;
	return !group->of_pod || strcmp(first->pod_name ?: "", observation->pod_name ?: "") == 0;
}

/* Copies the structures, whose contents stay those of the recording. */
static int gather(const struct recording *recording, struct group *group, struct error *err)
{
	struct recording *members = &group->members;
	size_t i;

	members->name = recording->name;
	members->observations = calloc(recording->observation_count, sizeof(struct observation));
	if (!members->observations)
		return error_nomem(err);
	for (i = 0; i < recording->observation_count; i++)
		if (is_member(group, &recording->observations[i]))
			members->observations[members->observation_count++] =
				recording->observations[i];
	return 0;
}

/* Sets ret_gap to the first reason why the group may lack calls; NULL if there is none. */
static int find_gap(const struct group *group, char **ret_gap, struct error *err)
{
	const struct recording *members = &group->members;
	size_t i;

	*ret_gap = NULL;
	for (i = 0; i < members->observation_count && !*ret_gap; i++) {
		const struct observation *observation = &members->observations[i];

		if (observation_complete(observation))
			continue;
		if (asprintf(ret_gap, "pod %s, container %s: %s", observation->pod_name ?: "?",
			     observation->container_name ?: "?",
			     observation->reason_count ? observation->reasons[0] :
							 "calls were lost") < 0) {
			*ret_gap = NULL;
			return error_nomem(err);
		}
	}
	return 0;
}

static int copy(char **ret_copy, const char *text, struct error *err)
{
	*ret_copy = text ? strdup(text) : NULL;
	return text && !*ret_copy ? error_nomem(err) : 0;
}

static int make_part(const struct group *group, const struct recording_plan *plan,
		     struct recorded_part *part, struct error *err)
{
	const struct derive_options options = { .mode = plan->arguments };
	int r = derive_profile(&group->members, &options, &part->profile, NULL, NULL, err);

	if (r == 0)
		r = find_gap(group, &part->gap, err);
	if (r == 0 && group->of_container)
		r = copy(&part->container, group->first->container_name, err);
	if (r == 0 && group->of_pod)
		r = copy(&part->pod_name, group->first->pod_name, err);
	if (r == 0 && group->of_pod)
		r = copy(&part->pod_uid, group->first->pod_uid, err);
	return r;
}

static int compute_digest(const struct recorded_part *part, unsigned char *ret_value,
			  struct error *err)
{
	_cleanup_free_ char *text = NULL, *both = NULL;
	int r = profile_write_oci(part->profile, &text, err);

	if (r < 0)
		return r;
	if (asprintf(&both, "%s%s", text, part->gap ?: "") < 0) {
		both = NULL;
		return error_nomem(err);
	}
	return EVP_Digest(both, strlen(both), ret_value, NULL, EVP_sha256(), NULL) ?
		       0 :
		       error_nomem(err);
}

static int get_digest(struct part_digests *known, const struct recorded_part *part,
		      struct digest **ret_digest, struct error *err)
{
	_cleanup_(cleanup_digest_destroy) struct digest *digest = calloc(1, sizeof(*digest));
	int r;

	if (!digest)
		return error_nomem(err);
	if (asprintf(&digest->name, "%s/%s", part->container ?: "", part->pod_name ?: "") < 0) {
		digest->name = NULL;
		return error_nomem(err);
	}
	*ret_digest = name_table_find(&known->table, digest->name);
	if (*ret_digest)
		return 0;
	r = name_table_add(&known->table, digest, err);
	if (r == 0)
		*ret_digest = steal_pointer(&digest);
	return r;
}

/* Keeps a part in the report if it is news. */
static int keep_news(struct part_digests *known, struct recording_report *report,
		     struct recorded_part *part, struct error *err)
{
	unsigned char value[SHA256_DIGEST_LENGTH] = {};
	struct digest *digest;
	struct recorded_part *kept;
	int r = compute_digest(part, value, err);

	if (r == 0)
		r = get_digest(known, part, &digest, err);
	if (r < 0 || memcmp(digest->value, value, sizeof(value)) == 0)
		return r;
	kept = recording_report_add_part(report);
	if (!kept)
		return error_nomem(err);
	memcpy(digest->value, value, sizeof(value));
	*kept = *part;
	*part = (struct recorded_part){};
	return 0;
}

static int add_group(const struct recording *recording, struct group *group,
		     const struct recording_plan *plan, struct part_digests *known,
		     struct recording_report *report, struct error *err)
{
	_cleanup_(recorded_part_finish) struct recorded_part part = {};
	int r = gather(recording, group, err);

	if (r == 0)
		r = make_part(group, plan, &part, err);
	if (r == 0)
		r = keep_news(known, report, &part, err);
	free(group->members.observations);
	return r;
}

/* True if an earlier observation is of the same group. */
static bool is_known(const struct recording *recording, const struct group *group)
{
	const struct observation *observation;

	for (observation = recording->observations; observation < group->first; observation++)
		if (observation->container_name && is_member(group, observation))
			return true;
	return false;
}

int recorded_parts_make(const struct recording *recording, const struct recording_plan *plan,
			struct part_digests *known, struct recording_report *report,
			struct error *err)
{
	struct group whole = { .first = recording->observations };
	size_t i;
	int r;

	if (recording->observation_count == 0)
		return 0;
	r = add_group(recording, &whole, plan, known, report, err);
	for (i = 0; i < recording->observation_count && r == 0; i++) {
		struct group group = {
			.first = &recording->observations[i],
			.of_container = true,
			.of_pod = plan->apart,
		};

		if (group.first->container_name && !is_known(recording, &group))
			r = add_group(recording, &group, plan, known, report, err);
	}
	return r;
}
