// SPDX-License-Identifier: Apache-2.0
#include "../profile/fixtures.h"

#include "recording/split.h"
#include "util/array.h"
#include "util/str.h"

struct subject {
	const char *namespace;
	const char *pod;
	const char *container;
};

static struct recording recording_of(const char *name, const struct subject *subjects, size_t count)
{
	struct recording recording = { .name = name ? strdup(name) : NULL };
	size_t i;

	for (i = 0; i < count; i++) {
		struct observation observation = { .start = i + 1 };

		observation.pod_namespace = subjects[i].namespace ? strdup(subjects[i].namespace) :
								    NULL;
		observation.pod_name = subjects[i].pod ? strdup(subjects[i].pod) : NULL;
		observation.container_name = subjects[i].container ? strdup(subjects[i].container) :
								     NULL;
		assert_int_equal(recording_add(&recording, &observation, NULL), 0);
	}
	return recording;
}

/* Returns "name=observations" of each part, in their order. */
static char *names_of(const struct recording *parts, size_t count)
{
	char *text;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < count; i++)
		fprintf(out, "%s%s=%zu", i ? " " : "", parts[i].name, parts[i].observation_count);
	fclose(out);
	return text;
}

static void assert_split(const char *name, const struct subject *subjects, size_t count,
			 enum split split, const char *expected)
{
	_cleanup_recording_ struct recording recording = recording_of(name, subjects, count);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *names = NULL;
	struct recording *parts;
	size_t part_count, i;

	assert_success(recording_split(&recording, split, &parts, &part_count, &err), &err);
	assert_int_equal(recording.observation_count, 0);
	for (i = 0; i < part_count; i++)
		assert_true(str_is_dns_label(parts[i].name));
	names = names_of(parts, part_count);
	recordings_free(parts, part_count);
	assert_string_equal(names, expected);
}

static void containers_of_one_name_share_a_profile(void **state)
{
	static const struct subject subjects[] = {
		{ "shop", "web-1", "nginx" },
		{ "shop", "web-2", "nginx" },
		{ "shop", "web-1", "sidecar" },
	};

	assert_split("shop", subjects, 3, SPLIT_CONTAINER, "shop-nginx=2 shop-sidecar=1");
	assert_split("shop", subjects, 3, SPLIT_POD, "shop-web-1=2 shop-web-2=1");
	assert_split("shop", subjects, 3, SPLIT_NONE, "shop=3");
	assert_split(NULL, subjects, 3, SPLIT_CONTAINER, "nginx=2 sidecar=1");
	assert_split("shop", NULL, 0, SPLIT_NONE, "shop=0");
	assert_split("shop", NULL, 0, SPLIT_CONTAINER, "");
}

static void names_that_are_no_labels_are_changed_and_told_apart(void **state)
{
	static const char *const long_name =
		"a-very-long-name-of-a-container-that-does-not-fit-into-a-label";
	const struct subject subjects[] = {
		{ NULL, NULL, "Web_Server" }, { NULL, NULL, "web.server" },
		{ NULL, NULL, "../../etc" },  { NULL, NULL, "-" },
		{ NULL, NULL, long_name },    { NULL, NULL, NULL },
		{ NULL, NULL, "" },
	};

	assert_split("r", subjects, array_size(subjects), SPLIT_CONTAINER,
		     "r-a-very-long-name-of-a-container-that-does-not-fit-in-77156270=1 "
		     "r-a5db4508=1 r-etc-c7035fef=1 r-unnamed=2 r-web-server-8492b0ed=1 "
		     "r-web-server-8f7f354a=1");
}

static void pods_of_two_namespaces_do_not_share_a_name(void **state)
{
	static const struct subject subjects[] = {
		{ "red", "db-0", "db" },
		{ "blue", "db-0", "db" },
		{ "blue", "db-1", "db" },
		{ NULL, NULL, "tool" },
	};
	static const struct subject reversed[] = {
		{ NULL, NULL, "tool" },
		{ "blue", "db-1", "db" },
		{ "blue", "db-0", "db" },
		{ "red", "db-0", "db" },
	};
	static const char *const expected = "r-db-0-bf4cb8ae=1 r-db-0-e941d6d5=1 r-db-1=1 r-tool=1";

	assert_split("r", subjects, array_size(subjects), SPLIT_POD, expected);
	assert_split("r", reversed, array_size(reversed), SPLIT_POD, expected);
}

/* If a name equals the changed name of another container, it stays, and the other gives way. */
static void a_changed_name_gives_way(void **state)
{
	static const struct subject subjects[] = {
		{ NULL, NULL, "Web" },
		{ NULL, NULL, "web-ac219761" },
	};

	assert_split("r", subjects, array_size(subjects), SPLIT_CONTAINER,
		     "r-web-ac219761=1 r-web-ac219762=1");
}

static void splits_have_names(void **state)
{
	int i;

	for (i = 0; i < SPLIT_COUNT; i++)
		assert_int_equal(split_from_name(split_name(i)), i);
	assert_true(split_from_name("namespace") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(containers_of_one_name_share_a_profile),
		cmocka_unit_test(names_that_are_no_labels_are_changed_and_told_apart),
		cmocka_unit_test(pods_of_two_namespaces_do_not_share_a_name),
		cmocka_unit_test(a_changed_name_gives_way),
		cmocka_unit_test(splits_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
