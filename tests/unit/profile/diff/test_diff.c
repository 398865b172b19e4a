// SPDX-License-Identifier: Apache-2.0
#include "../profiles.h"

#include "profile/diff/default_profiles.h"
#include "profile/diff/diff.h"
#include "profile/diff/diff_describe.h"
#include "recording/derive.h"

/* Two profiles without rules, which tests then fill, and their diff. */
struct fixture {
	struct profile *old, *new;
	struct diff_side old_side, new_side;
	struct diff_options options;
	struct diff *diff;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->old = make_profile(ACTION_ERRNO);
	fixture->new = make_profile(ACTION_ERRNO);
	fixture->old_side = (struct diff_side){ .path = "old", .profile = fixture->old };
	fixture->new_side = (struct diff_side){ .path = "new", .profile = fixture->new };
	fixture->options.fail_on = FAIL_ON_ADDED | FAIL_ON_WIDENED;
	fixture->options.today = "2026-11-22";
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	profile_destroy(fixture->old);
	profile_destroy(fixture->new);
	diff_destroy(fixture->diff);
	free(fixture);
	return 0;
}

static const struct diff_pair *compare(struct fixture *fixture)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (!fixture->diff)
		assert_success(diff_create(&fixture->options, &fixture->diff, &err), &err);
	assert_success(diff_add(fixture->diff, "it", &fixture->old_side, &fixture->new_side, &err),
		       &err);
	return &fixture->diff->pairs[fixture->diff->pair_count - 1];
}

/*
 * expected lists kind, call, "!" if it fails, and number of architectures: "added mount! (2),
 * removed close (1)".
 */
static void assert_changes(const struct diff_pair *pair, const char *expected)
{
	_cleanup_free_ char *text = NULL;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < pair->change_count; i++) {
		const struct change *change = &pair->changes[i];

		fprintf(out, "%s%s %s%s (%zu)", i ? ", " : "", change_kind_name(change->kind),
			change->call ? change->call : "*", change->fails ? "!" : "",
			change->architecture_count);
	}
	fclose(out);
	assert_string_equal(text, expected);
}

static void assert_verdict(const struct fixture *fixture, enum diff_verdict verdict)
{
	assert_string_equal(diff_verdict_name(fixture->diff->verdict), diff_verdict_name(verdict));
}

static void the_same_meaning_is_no_difference(void **state)
{
	struct fixture *fixture = *state;

	add_names(fixture->old, ACTION_ALLOW, "read write");
	add_names(fixture->new, ACTION_ALLOW, "write");
	add_names(fixture->new, ACTION_ALLOW, "write read");
	assert_int_equal(profile_add_architecture(
				 fixture->new, abi_scmp_arch(machine_native(), ABI_NATIVE), NULL),
			 0);
	assert_changes(compare(fixture), "");
	assert_verdict(fixture, DIFF_PASSES);
}

static void each_kind_of_change_is_told(void **state)
{
	struct fixture *fixture = *state;

	add_names(fixture->old, ACTION_ALLOW, "close");
	add_names(fixture->new, ACTION_ALLOW, "ptrace getpid");
	add_condition(add_names(fixture->old, ACTION_ALLOW, "socket"), 0, COMPARE_EQ, 1, 0);
	add_condition(add_names(fixture->new, ACTION_ALLOW, "socket"), 0, COMPARE_LE, 1, 0);
	add_names(fixture->old, ACTION_ALLOW, "personality");
	add_condition(add_names(fixture->new, ACTION_ALLOW, "personality"), 0, COMPARE_EQ, 0, 0);
	set_errno(add_names(fixture->new, ACTION_ERRNO, "clone3"), ENOSYS);
	add_names(fixture->old, ACTION_NOTIFY, "kill");
	add_names(fixture->new, ACTION_ALLOW, "kill");
	assert_changes(compare(fixture),
		       "added ptrace! (1), added getpid! (1), widened socket! (1), widened kill! "
		       "(1), removed close (1), narrowed personality (1), changed clone3 (1)");
	assert_verdict(fixture, DIFF_FAILS);
	assert_int_equal(fixture->diff->failing, 4);
	assert_int_equal(fixture->diff->counts[CHANGE_ADDED], 2);
}

static void the_highest_risk_comes_first(void **state)
{
	struct fixture *fixture = *state;
	const struct diff_pair *pair;

	add_names(fixture->new, ACTION_ALLOW, "access bpf");
	pair = compare(fixture);
	assert_changes(pair, "added bpf! (1), added access! (1)");
	assert_true(pair->changes[0].risky);
	assert_false(pair->changes[1].risky);
}

static void the_same_change_on_several_architectures_is_one(void **state)
{
	struct fixture *fixture = *state;
	const char *const architectures[] = { "SCMP_ARCH_X32", "SCMP_ARCH_X86", ARCH };
	size_t i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(profile_add_architecture(fixture->old, architectures[i], NULL), 0);
		assert_int_equal(profile_add_architecture(fixture->new, architectures[i], NULL), 0);
	}
	add_names(fixture->new, ACTION_ALLOW, "mount waitpid");
	assert_changes(compare(fixture), "added mount! (3), added waitpid! (1)");
}

/* Calls of an unlisted architecture are killed, so listing it adds what the rules permit. */
static void an_architecture_more_adds_its_calls(void **state)
{
	struct fixture *fixture = *state;
	const struct diff_pair *pair;

	assert_int_equal(profile_add_architecture(fixture->old, ARCH, NULL), 0);
	assert_int_equal(profile_add_architecture(fixture->new, ARCH, NULL), 0);
	assert_int_equal(profile_add_architecture(fixture->new, "SCMP_ARCH_X86", NULL), 0);
	add_names(fixture->old, ACTION_ALLOW, "read");
	add_names(fixture->new, ACTION_ALLOW, "read");
	pair = compare(fixture);
	assert_string_equal(pair->changes[0].call, "read");
	assert_int_equal(pair->changes[0].kind, CHANGE_ADDED);
	assert_string_equal(pair->changes[0].architectures[0], "SCMP_ARCH_X86");
	assert_int_equal(pair->changes[0].difference.a.action, ACTION_KILL_THREAD);
	/* All other calls now get EPERM instead of being killed, which is reported once. */
	assert_int_equal(pair->change_count, 2);
	assert_int_equal(pair->changes[1].kind, CHANGE_EFFECT);
	assert_null(pair->changes[1].call);
	assert_int_equal(fixture->diff->failing, 1);
}

static void the_architecture_that_runtimes_add_is_compared(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(profile_add_architecture(fixture->old, "SCMP_ARCH_X86", NULL), 0);
	assert_int_equal(profile_add_architecture(fixture->new, "SCMP_ARCH_X86", NULL), 0);
	/* x86-64 has this call, i386 does not. */
	add_names(fixture->new, ACTION_ALLOW, "kexec_file_load");
	assert_changes(compare(fixture), "added kexec_file_load! (1)");
	assert_verdict(fixture, DIFF_FAILS);
}

static void a_narrow_architecture_does_not_speak_for_its_machine(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(profile_add_architecture(fixture->old, "SCMP_ARCH_S390", NULL), 0);
	assert_int_equal(profile_add_architecture(fixture->new, "SCMP_ARCH_S390", NULL), 0);
	add_condition(add_names(fixture->old, ACTION_ALLOW, "keyctl"), 0, COMPARE_EQ, 1, 0);
	/* The same condition for 32-bit arguments. */
	add_condition(add_names(fixture->new, ACTION_ALLOW, "keyctl"), 0, COMPARE_MASKED_EQ,
		      UINT32_MAX, 1);
	assert_changes(compare(fixture), "widened keyctl! (1)");
	assert_string_equal(fixture->diff->pairs[0].changes[0].architectures[0], "SCMP_ARCH_S390X");
}

static void a_name_that_no_table_has_counts(void **state)
{
	struct fixture *fixture = *state;
	const struct diff_pair *pair;

	fixture->options.fail_on = FAIL_ON_RISKY;
	assert_int_equal(profile_add_architecture(fixture->old, ARCH, NULL), 0);
	assert_int_equal(profile_add_architecture(fixture->new, ARCH, NULL), 0);
	/* Other machines have the last two calls. This one will never have them. */
	add_names(fixture->new, ACTION_ALLOW, "no_such_call socketcall s390_sthyi");
	pair = compare(fixture);
	assert_changes(pair, "added no_such_call! (1)");
	assert_true(pair->changes[0].risky);
	assert_verdict(fixture, DIFF_FAILS);
}

static void a_call_without_a_number_of_its_own_counts(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(profile_add_architecture(fixture->old, "SCMP_ARCH_X86", NULL), 0);
	assert_int_equal(profile_add_architecture(fixture->new, "SCMP_ARCH_X86", NULL), 0);
	add_names(fixture->new, ACTION_ALLOW, "accept");
	assert_changes(compare(fixture), "added socketcall! (1), added accept! (2)");
}

static void permitting_what_has_no_name_is_risky(void **state)
{
	struct fixture *fixture = *state;
	const struct diff_pair *pair;

	fixture->new->default_action = ACTION_ALLOW;
	fixture->options.fail_on = FAIL_ON_RISKY;
	pair = compare(fixture);
	assert_null(pair->changes[0].call);
	assert_verdict(fixture, DIFF_FAILS);
	assert_true(fixture->diff->failing > 1);
	assert_true(fixture->diff->failing < fixture->diff->counts[CHANGE_ADDED]);
}

static void a_missing_side_permits_nothing(void **state)
{
	struct fixture *fixture = *state;
	const struct diff_pair *pair;

	add_names(fixture->new, ACTION_ALLOW, "read");
	add_names(fixture->old, ACTION_ALLOW, "read");
	fixture->old_side.path = NULL;
	pair = compare(fixture);
	assert_string_equal(pair->notes[0], "the profile is new");
	assert_changes(pair, "added read! (1)");
	assert_verdict(fixture, DIFF_FAILS);
	fixture->old_side.path = "old";
	fixture->new_side.path = NULL;
	pair = compare(fixture);
	assert_string_equal(pair->notes[0], "the profile is gone");
	assert_changes(pair, "removed read (1)");
}

static void another_default_action_is_said_once(void **state)
{
	struct fixture *fixture = *state;

	fixture->old->default_errno_ret = (struct optional_errno){ true, ENOSYS };
	set_errno(add_names(fixture->old, ACTION_ERRNO, "clone3"), EPERM);
	set_errno(add_names(fixture->new, ACTION_ERRNO, "clone3"), ENOSYS);
	assert_changes(compare(fixture), "changed * (1), changed clone3 (1)");
	assert_verdict(fixture, DIFF_PASSES);
}

static void what_to_fail_on_is_chosen(void **state)
{
	static const struct {
		const char *text;
		size_t failing;
	} rows[] = {
		{ "added", 2 }, { "removed", 1 },	{ "widened", 1 },
		{ "risky", 1 }, { "risky,removed", 2 }, { "added,removed,widened,risky", 4 },
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	struct fixture *fixture = *state;
	unsigned int bits;
	size_t i;

	add_names(fixture->old, ACTION_ALLOW, "close");
	add_names(fixture->new, ACTION_ALLOW, "bpf read socket");
	add_condition(add_names(fixture->old, ACTION_ALLOW, "socket"), 0, COMPARE_EQ, 1, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		diff_destroy(fixture->diff);
		fixture->diff = NULL;
		assert_success(diff_fail_on_parse(rows[i].text, &fixture->options.fail_on, &err),
			       &err);
		compare(fixture);
		assert_int_equal(fixture->diff->failing, rows[i].failing);
		assert_verdict(fixture, DIFF_FAILS);
	}
	assert_int_equal(diff_fail_on_parse("added,,widened", &bits, &err), -EINVAL);
	assert_string_equal(err.message, "'' is not one of added|widened|removed|risky|used");
}

static void what_is_ignored_does_not_fail_until_its_day(void **state)
{
	static const char text[] = "mount 2026-11-22 today\nptrace 2026-11-21 yesterday\n"
				   "bpf never nobody needs it\n";
	_cleanup_ignore_list_ struct ignore_list list = {};
	struct fixture *fixture = *state;
	const struct diff_pair *pair;

	assert_int_equal(ignore_list_read("i", text, strlen(text), &list, NULL), 0);
	fixture->options.ignore = &list;
	add_names(fixture->new, ACTION_ALLOW, "mount ptrace");
	pair = compare(fixture);
	assert_changes(pair, "added mount (1), added ptrace! (1)");
	assert_string_equal(pair->changes[0].ignored->reason, "today");
	assert_null(pair->changes[1].ignored);
	assert_int_equal(fixture->diff->ignored, 1);
	/* Sorted by call: bpf, mount, ptrace. */
	assert_false(fixture->diff->ignore_used[0]);
	assert_true(fixture->diff->ignore_used[1]);
	assert_true(fixture->diff->ignore_used[2]);
}

static void what_is_no_call_is_a_note(void **state)
{
	struct fixture *fixture = *state;
	char *flags[] = { "SECCOMP_FILTER_FLAG_LOG" }, *others[] = { "SECCOMP_FILTER_FLAG_TSYNC" };
	const struct diff_pair *pair;

	fixture->old->flags = flags;
	fixture->new->flags = others;
	fixture->old->flag_count = fixture->new->flag_count = 1;
	fixture->new->listener_path = strdup("/run/listener");
	pair = compare(fixture);
	fixture->old->flags = fixture->new->flags = NULL;
	fixture->old->flag_count = fixture->new->flag_count = 0;
	assert_int_equal(pair->note_count, 3);
	assert_string_equal(pair->notes[0], "calls with SCMP_ACT_NOTIFY go to another listener");
	assert_string_equal(pair->notes[1], "the flag SECCOMP_FILTER_FLAG_LOG is gone");
	assert_string_equal(pair->notes[2], "the flag SECCOMP_FILTER_FLAG_TSYNC is new");
	assert_verdict(fixture, DIFF_PASSES);
}

static void what_cannot_be_told_is_a_doubt(void **state)
{
	struct fixture *fixture = *state;
	const struct diff_pair *pair;
	uint64_t value;

	fixture->new_side.base_profile = "base";
	for (value = 0; value <= 64; value++)
		add_condition(add_names(fixture->new, ACTION_ALLOW, "ioctl"), 1, COMPARE_EQ, value,
			      0);
	pair = compare(fixture);
	assert_int_equal(pair->doubt_count, 2);
	assert_non_null(strstr(pair->doubts[0], "ioctl: more than 64 different conditions"));
	assert_string_equal(pair->doubts[1], "the base profile is now base, and was none");
	assert_verdict(fixture, DIFF_CANNOT_TELL);
}

/* A recording of two containers. The one added second made the call first. */
static struct recording make_recording(void)
{
	struct recording recording = {};
	int i;

	for (i = 0; i < 2; i++) {
		struct observation observation = {
			.container_name = strdup(i ? "web" : "sidecar"),
			.container_id = strdup(i ? "0f1e" : "1f1e"),
			.pod_name = strdup("web-1"),
			.pod_namespace = strdup("shop"),
			.machine = MACHINE_X86_64,
			.capabilities_known = true,
		};

		assert_int_equal(observation_add_capability(&observation, "CAP_SYS_ADMIN", NULL),
				 0);
		add_call(&observation.calls, ABI_NATIVE, 165, ORIGIN_OBSERVED, 2000000000 - i,
			 i ? "mounter" : "late");
		assert_int_equal(recording_add(&recording, &observation, NULL), 0);
	}
	return recording;
}

static void a_recording_says_who_made_a_call(void **state)
{
	_cleanup_recording_ struct recording recording = make_recording();
	struct fixture *fixture = *state;
	const struct change_evidence *evidence;

	profile_destroy(fixture->new);
	assert_int_equal(recording_derive_profile(&recording, &fixture->new, NULL, NULL), 0);
	fixture->new_side.profile = fixture->new;
	fixture->new_side.recording = &recording;
	assert_int_equal(profile_add_architecture(fixture->old, ARCH, NULL), 0);
	evidence = &compare(fixture)->changes[0].evidence;
	assert_int_equal(evidence->observations, 2);
	assert_string_equal(evidence->container, "web");
	assert_string_equal(evidence->pod, "web-1");
	assert_string_equal(evidence->name_space, "shop");
	assert_string_equal(evidence->process, "mounter");
	assert_int_equal(evidence->first_seen, 1999999999);
	assert_verdict(fixture, DIFF_FAILS);
}

static void what_is_not_complete_cannot_be_told(void **state)
{
	_cleanup_recording_ struct recording recording = make_recording();
	struct fixture *fixture = *state;
	const struct diff_pair *pair;

	recording.observations[0].losses[LOSS_MAP] = 2;
	fixture->old_side.recording = &recording;
	pair = compare(fixture);
	assert_int_equal(pair->doubt_count, 1);
	assert_non_null(strstr(pair->doubts[0], "the old recording is not complete: "));
	assert_verdict(fixture, DIFF_CANNOT_TELL);
}

static void assert_default(const struct fixture *fixture, const struct diff_pair *pair,
			   size_t change, const char *expected)
{
	_cleanup_free_ char *text = NULL, *sentence = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_success(change_describe(fixture->diff, &pair->changes[change], DETAIL_DEFAULT, &text,
				       &err),
		       &err);
	assert_true(asprintf(&sentence, "RuntimeDefault (containerd 1.6.20) %s", expected) > 0);
	assert_string_equal(text, sentence);
}

static void the_runtimes_default_is_asked_with_the_capabilities(void **state)
{
	_cleanup_default_profiles_ struct default_profiles *defaults = NULL;
	_cleanup_recording_ struct recording recording = make_recording();
	_cleanup_error_ struct error err = ERROR_INIT;
	struct fixture *fixture = *state;
	const struct diff_pair *pair;

	assert_success(default_profiles_create("containerd", "1.6.20", false, &defaults, &err),
		       &err);
	assert_string_equal(default_profiles_label(defaults), "containerd 1.6.20");
	fixture->options.defaults = defaults;
	assert_int_equal(profile_add_architecture(fixture->old, ARCH, NULL), 0);
	assert_int_equal(profile_add_architecture(fixture->new, ARCH, NULL), 0);
	add_names(fixture->new, ACTION_ALLOW, "mount read personality uselib");
	pair = compare(fixture);
	assert_changes(pair, "added mount! (1), added personality! (1), added uselib! (1), added "
			     "read! (1)");
	assert_default(fixture, pair, 0, "allows it only with CAP_SYS_ADMIN");
	assert_default(fixture, pair, 1, "allows it for some arguments");
	assert_default(fixture, pair, 2, "does not allow it");
	assert_default(fixture, pair, 3, "allows it");
	fixture->new_side.recording = &recording;
	pair = compare(fixture);
	assert_default(fixture, pair, 0, "allows it because of CAP_SYS_ADMIN");
	assert_string_equal(pair->changes[0].default_label, "containerd 1.6.20");
	assert_int_equal(default_profiles_create("lxc", NULL, false, &defaults, &err), -ENOENT);
}

static void the_engine_of_the_recording_is_asked(void **state)
{
	_cleanup_default_profiles_ struct default_profiles *defaults = NULL;
	_cleanup_recording_ struct recording recording = make_recording();
	_cleanup_error_ struct error err = ERROR_INIT;
	struct fixture *fixture = *state;
	const struct diff_pair *pair;

	assert_success(default_profiles_create("containerd", "2.3.4", true, &defaults, &err), &err);
	fixture->options.defaults = defaults;
	assert_int_equal(profile_add_architecture(fixture->old, ARCH, NULL), 0);
	assert_int_equal(profile_add_architecture(fixture->new, ARCH, NULL), 0);
	/* containerd 1.6 allows it, and 2.x does not. */
	add_names(fixture->new, ACTION_ALLOW, "io_uring_setup");
	fixture->new_side.recording = &recording;
	pair = compare(fixture);
	assert_string_equal(pair->changes[0].default_label, "containerd 2.3.4");
	assert_int_equal(pair->changes[0].default_answer, DEFAULT_REFUSES);
	recording.observations[0].engine = strdup("containerd");
	recording.observations[0].engine_version = strdup("1.6.20");
	pair = compare(fixture);
	assert_string_equal(pair->changes[0].default_label, "containerd 1.6.20");
	assert_int_equal(pair->changes[0].default_answer, DEFAULT_PERMITS);
	free(recording.observations[0].engine);
	recording.observations[0].engine = strdup("/etc/passwd");
	pair = compare(fixture);
	assert_string_equal(pair->changes[0].default_label, "containerd 2.3.4");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_meaning_is_no_difference),
		TEST(each_kind_of_change_is_told),
		TEST(the_highest_risk_comes_first),
		TEST(the_same_change_on_several_architectures_is_one),
		TEST(an_architecture_more_adds_its_calls),
		TEST(the_architecture_that_runtimes_add_is_compared),
		TEST(a_narrow_architecture_does_not_speak_for_its_machine),
		TEST(a_name_that_no_table_has_counts),
		TEST(a_call_without_a_number_of_its_own_counts),
		TEST(permitting_what_has_no_name_is_risky),
		TEST(a_missing_side_permits_nothing),
		TEST(another_default_action_is_said_once),
		TEST(what_to_fail_on_is_chosen),
		TEST(what_is_ignored_does_not_fail_until_its_day),
		TEST(what_is_no_call_is_a_note),
		TEST(what_cannot_be_told_is_a_doubt),
		TEST(a_recording_says_who_made_a_call),
		TEST(what_is_not_complete_cannot_be_told),
		TEST(the_runtimes_default_is_asked_with_the_capabilities),
		TEST(the_engine_of_the_recording_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
