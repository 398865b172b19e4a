// SPDX-License-Identifier: Apache-2.0
#include "../profiles.h"

#include "profile/document/document.h"
#include "profile/format/profile_write.h"
#include "profile/format/resource.h"
#include "profile/model/architecture.h"
#include "util/notes.h"
#include "util/array.h"
#include "util/string_set.h"

#define ROUNDS 1000

/* A small generator of its own, so that a failure is the same on every machine. */
static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % limit;
}

static const char *random_of(const char *const *items, size_t count)
{
	return items[random_below(count)];
}

/* Values at the limits of their representations. */
static uint64_t random_value(void)
{
	static const uint64_t values[] = {
		0, 1, UINT32_MAX, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 1, UINT64_MAX,
	};
	uint32_t pick = random_below(array_size(values) + 1);

	if (pick < array_size(values))
		return values[pick];
	return (uint64_t)random_below(1u << 24) << random_below(41);
}

/* Texts that JSON has to escape and YAML has to quote. */
static char *random_text(void)
{
	static const char *const texts[] = {
		"",
		"plain",
		"true",
		"No",
		"~",
		"0x10",
		"1e3",
		"- a: b",
		"# x",
		"a: b # c",
		"\\u0000\"{}",
		"\t\r\n tab",
		"line\none",
		"\xc3\xa9\xe2\x82\xac",
		"'\"",
		"\x01\x1f",
		"  spaces  ",
		"\\",
		"18446744073709551615",
	};
	char *text = strdup(random_of(texts, array_size(texts)));

	assert_non_null(text);
	return text;
}

static void add_random_rule(struct profile *profile)
{
	static const char *const names[] = { "read", "_llseek", "clone3", "no", "y", "Null_1" };
	struct rule *rule =
		add_names(profile, random_below(ACTION_COUNT), random_of(names, array_size(names)));
	uint32_t i, count = random_below(4);

	for (i = 0; i < 3; i++)
		assert_int_equal(rule_add_name(rule, random_of(names, array_size(names)), NULL), 0);
	if (random_below(2))
		set_errno(rule, random_below(rule->action == ACTION_TRACE ? 65536 : 4096));
	for (i = 0; i < count; i++)
		add_condition(rule, random_below(6), random_below(COMPARE_COUNT), random_value(),
			      random_below(2) ? random_value() : 0);
}

static struct profile *random_profile(void)
{
	static const char *const flags[] = {
		"SECCOMP_FILTER_FLAG_TSYNC",
		"SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	};
	struct profile *profile = make_profile(random_below(ACTION_COUNT));
	uint32_t i, count = random_below(4);

	if (random_below(2))
		profile->default_errno_ret = (struct optional_errno){ true, random_below(4096) };
	for (i = 0; i < count; i++) {
		const char *scmp = architectures[random_below(architecture_count)].scmp;

		assert_int_equal(profile_add_architecture(profile, scmp, NULL), 0);
		assert_int_equal(string_set_add(&profile->flags, &profile->flag_count,
						random_of(flags, array_size(flags)), NULL),
				 0);
	}
	if (random_below(2))
		profile->listener_path = random_text();
	if (random_below(2))
		profile->listener_metadata = random_text();
	count = random_below(5);
	for (i = 0; i < count; i++)
		add_random_rule(profile);
	return profile;
}

static void assert_same_errno(struct optional_errno a, struct optional_errno b)
{
	assert_int_equal(a.known, b.known);
	if (a.known)
		assert_int_equal(a.value, b.value);
}

static void assert_same_strings(char *const *a, size_t a_count, char *const *b, size_t b_count)
{
	size_t i;

	assert_int_equal(a_count, b_count);
	for (i = 0; i < a_count; i++)
		assert_string_equal(a[i], b[i]);
}

static void assert_same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void assert_same_rule(const struct rule *a, const struct rule *b)
{
	size_t i;

	assert_same_strings(a->names, a->name_count, b->names, b->name_count);
	assert_int_equal(a->action, b->action);
	assert_same_errno(a->errno_ret, b->errno_ret);
	assert_int_equal(a->condition_count, b->condition_count);
	for (i = 0; i < a->condition_count; i++) {
		assert_int_equal(a->conditions[i].index, b->conditions[i].index);
		assert_int_equal(a->conditions[i].comparison, b->conditions[i].comparison);
		assert_true(a->conditions[i].value == b->conditions[i].value);
		assert_true(a->conditions[i].value_two == b->conditions[i].value_two);
	}
}

static void assert_same_profile(const struct profile *a, const struct profile *b)
{
	size_t i;

	assert_int_equal(a->default_action, b->default_action);
	assert_same_errno(a->default_errno_ret, b->default_errno_ret);
	assert_same_strings(a->architectures, a->architecture_count, b->architectures,
			    b->architecture_count);
	assert_same_strings(a->flags, a->flag_count, b->flags, b->flag_count);
	assert_same_text(a->listener_path, b->listener_path);
	assert_same_text(a->listener_metadata, b->listener_metadata);
	assert_int_equal(a->rule_count, b->rule_count);
	for (i = 0; i < a->rule_count; i++)
		assert_same_rule(&a->rules[i], &b->rules[i]);
}

static struct documents read_back(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct documents documents;

	assert_success(documents_read("written", text, strlen(text), NULL, &documents, &err), &err);
	return documents;
}

static void oci_json_holds_every_profile(void **state)
{
	int round;

	for (round = 0; round < ROUNDS; round++) {
		_cleanup_profile_ struct profile *profile = random_profile();
		_cleanup_documents_ struct documents documents = {};
		_cleanup_free_ char *text = NULL, *again = NULL;

		assert_int_equal(profile_write_oci(profile, &text, NULL), 0);
		documents = read_back(text);
		assert_same_profile(profile, documents.items[0].profile);
		assert_int_equal(profile_write_oci(documents.items[0].profile, &again, NULL), 0);
		assert_string_equal(text, again);
	}
}

/*
 * Removes from a profile what the writer reported as left out. The rest must be what is read
 * back.
 */
static void drop_what_has_no_place(struct profile *profile)
{
	static const char *const foreign[] = { "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K",
					       "SCMP_ARCH_SH", "SCMP_ARCH_SHEB" };
	size_t i, k, kept = 0;

	profile->default_errno_ret.known = false;
	for (i = 0; i < profile->rule_count; i++)
		profile->rules[i].errno_ret.known &= profile->rules[i].errno_ret.value != 0;
	for (i = 0; i < profile->architecture_count; i++) {
		for (k = 0; k < array_size(foreign); k++)
			if (strcmp(profile->architectures[i], foreign[k]) == 0)
				break;
		if (k == array_size(foreign))
			profile->architectures[kept++] = profile->architectures[i];
		else
			free(profile->architectures[i]);
	}
	profile->architecture_count = kept;
}

static void check_resource(struct profile *profile, enum resource_syntax syntax, int *fitting,
			   int *lossy)
{
	const struct resource resource = {
		.name = "web",
		.profile = profile,
		.base_profile = "base",
		.disabled = true,
	};
	_cleanup_documents_ struct documents documents = {};
	_cleanup_notes_ struct notes notes = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = NULL, *strict = NULL;

	if (resources_write(&resource, 1, syntax, &text, &notes, &err) < 0) {
		assert_int_equal(err.code, ENOTSUP);
		return;
	}
	/* A caller that takes no notes gets an error instead of them. */
	assert_int_equal(resources_write(&resource, 1, syntax, &strict, NULL, NULL),
			 notes.count ? -ENOTSUP : 0);
	documents = read_back(text);
	assert_string_equal(documents.items[0].name, "web");
	assert_string_equal(documents.items[0].base_profile, "base");
	assert_true(documents.items[0].disabled);
	if (notes.count)
		drop_what_has_no_place(profile);
	else if (profile->default_errno_ret.known) /* EPERM, which is not written */
		profile->default_errno_ret.known = false;
	assert_same_profile(profile, documents.items[0].profile);
	++*(notes.count ? lossy : fitting);
}

/* An errno of 0 matters only to ACTION_ERRNO. Other actions lose it without a note. */
static void drop_idle_errnos(struct profile *profile)
{
	size_t i;

	for (i = 0; i < profile->rule_count; i++)
		if (profile->rules[i].action != ACTION_ERRNO && !profile->rules[i].errno_ret.value)
			profile->rules[i].errno_ret.known = false;
}

static void resources_hold_what_they_do_not_say_they_lose(void **state)
{
	int round, fitting = 0, lossy = 0;

	for (round = 0; round < 4 * ROUNDS; round++) {
		_cleanup_profile_ struct profile *profile = random_profile();

		drop_idle_errnos(profile);
		check_resource(profile, round % 2 ? RESOURCE_YAML : RESOURCE_JSON, &fitting,
			       &lossy);
	}
	assert_in_range(fitting, ROUNDS / 10, 4 * ROUNDS);
	assert_in_range(lossy, ROUNDS / 10, 4 * ROUNDS);
}

/* Several resources in one file are read back as several. */
static void lists_of_resources_are_read_back(void **state)
{
	static const enum resource_syntax syntaxes[] = { RESOURCE_YAML, RESOURCE_JSON };
	_cleanup_profile_ struct profile *a = make_profile(ACTION_LOG);
	_cleanup_profile_ struct profile *b = make_profile(ACTION_TRAP);
	const struct resource resources[] = { { .name = "a", .profile = a },
					      { .name = "b", .profile = b } };
	size_t i;

	for (i = 0; i < array_size(syntaxes); i++) {
		_cleanup_documents_ struct documents documents = {};
		_cleanup_free_ char *text = NULL;

		assert_int_equal(resources_write(resources, 2, syntaxes[i], &text, NULL, NULL), 0);
		documents = read_back(text);
		assert_int_equal(documents.length, 2);
		assert_string_equal(documents.items[1].name, "b");
		assert_same_profile(documents.items[0].profile, a);
		assert_same_profile(documents.items[1].profile, b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oci_json_holds_every_profile),
		cmocka_unit_test(resources_hold_what_they_do_not_say_they_lose),
		cmocka_unit_test(lists_of_resources_are_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
