// SPDX-License-Identifier: Apache-2.0
#include "../profile/fixtures.h"

#include "util/array.h"

static void what_was_read_is_written_byte_for_byte(void **state)
{
	static const char *const files[] = {
		"pod.recording.json",	     "compat.recording.json",	"x32.recording.json",
		"incomplete.recording.json", "machines.recording.json", "empty.recording.json",
		"engine.recording.json",
	};
	size_t i;

	for (i = 0; i < array_size(files); i++) {
		_cleanup_recording_ struct recording recording = read_golden_recording(files[i]);
		_cleanup_free_ char *text = write_recording(&recording);

		assert_golden(files[i], text);
	}
}

static void every_field_is_read(void **state)
{
	_cleanup_recording_ struct recording recording =
		read_golden_recording("pod.recording.json");
	const struct observation *observation = &recording.observations[0];
	const struct call *call;

	assert_string_equal(recording.name, "shop-web");
	assert_int_equal(recording.observation_count, 1);
	assert_string_equal(observation->container_name, "web");
	assert_string_equal(observation->image, "registry.example/web:1.4");
	assert_string_equal(observation->pod_namespace, "shop");
	assert_string_equal(observation->labels[1].key, "tier");
	assert_string_equal(observation->labels[1].value, "front");
	assert_string_equal(observation->runtime_version, "1.1.5");
	assert_int_equal(observation->seccomp, SECCOMP_MODE_FILTERED);
	assert_int_equal(observation->no_new_privs, TRISTATE_NO);
	assert_true(observation->capabilities_known);
	assert_string_equal(observation->capabilities[1], "CAP_NET_BIND_SERVICE");
	assert_int_equal(observation->start, 1795359063000000000);
	assert_int_equal(observation->end - observation->start, 300500000000);
	assert_int_equal(observation->denied.items[0].nr, 272);
	call = call_set_find(&observation->calls, ABI_NATIVE, 126);
	assert_int_equal(call->origin, ORIGIN_RUNTIME);
	assert_int_equal(call->first_seen, 0);
	assert_string_equal(call_set_find(&observation->calls, ABI_NATIVE, 59)->process, "web");
}

static void the_engine_is_read(void **state)
{
	_cleanup_recording_ struct recording recording =
		read_golden_recording("engine.recording.json");

	assert_string_equal(recording.observations[0].engine, "containerd");
	assert_string_equal(recording.observations[0].engine_version, "1.6.20");
}

/* A version stays with its engine, in whatever order recordings of a lifetime are merged. */
static void engines_merge_with_their_versions(void **state)
{
	static const char *const engines[][2] = {
		{ "docker", "1.0" }, { "containerd", "2.0" }, { "containerd", NULL }, { NULL, NULL }
	};
	size_t order, i;

	for (order = 0; order < array_size(engines); order++) {
		_cleanup_recording_ struct recording recording = {};

		for (i = 0; i < array_size(engines); i++) {
			const char *const *engine = engines[(order + i) % array_size(engines)];
			struct observation observation = { .container_id = strdup("0") };

			observation.engine = engine[0] ? strdup(engine[0]) : NULL;
			observation.engine_version = engine[1] ? strdup(engine[1]) : NULL;
			assert_int_equal(recording_add(&recording, &observation, NULL), 0);
		}
		assert_int_equal(recording.observation_count, 1);
		assert_string_equal(recording.observations[0].engine, "containerd");
		assert_string_equal(recording.observations[0].engine_version, "2.0");
	}
}

static void bytes_that_are_no_text_do_not_break_the_file(void **state)
{
	_cleanup_recording_ struct recording recording = {}, back = {};
	struct observation observation = { .container_name = strdup("a\x1b[2J\"\\\n") };
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = NULL;

	observation.losses[LOSS_EVENTS] = UINT64_MAX;
	add_call(&observation.calls, ABI_NATIVE, UINT32_MAX, ORIGIN_OBSERVED, INT64_MAX / 2,
		 "\xff\xfe truncated\xc3");
	assert_int_equal(recording_add(&recording, &observation, NULL), 0);
	text = write_recording(&recording);
	assert_success(recording_read("it", text, strlen(text), &back, &err), &err);
	assert_string_equal(back.observations[0].container_name, "a\x1b[2J\"\\\n");
	assert_string_equal(back.observations[0].calls.items[0].process, "?? truncated?");
	assert_int_equal(back.observations[0].calls.items[0].nr, UINT32_MAX);
}

struct bad_input {
	const char *text;
	const char *message;
};

#define HEAD "{\"format\":\"recorder.recording/v2\",\"complete\":true"
#define OBSERVATION(fields) HEAD ",\"observations\":[{" fields "}]}"
#define MINIMAL "\"machine\":\"x86_64\",\"complete\":true,\"denied\":[],"
#define CALL(fields) OBSERVATION(MINIMAL "\"systemCalls\":[{" fields "}]")

static const struct bad_input bad_inputs[] = {
	{ "", "bad.json:1:0: not JSON: '[' or '{' expected near end of file" },
	{ "{\n\"a\": 1,,\n}", "bad.json:2:8: not JSON: string or '}' expected near ','" },
	{ "{\"a\":1,\"a\":2}", "bad.json:1:10: not JSON: duplicate object key near '\"a\"'" },
	{ "{\"name\":\"\xff\"}", "bad.json:1:9: not JSON: unable to decode byte 0xff near '\"'" },
	{ "{\"name\":99999999999999999999}",
	  "bad.json:1:28: not JSON: too big integer near '99999999999999999999'" },
	{ "[]", "bad.json:1:1: $: expected an object, not an array" },
	{ "{}", "bad.json:1:1: $: the field \"format\" is missing" },
	{ "{\"format\":1}", "bad.json:1:2: $.format: expected a string, not a whole number" },
	{ "{\"format\":\"recorder.recording/v3\"}",
	  "bad.json:1:2: $.format: \"recorder.recording/v3\" is not recorder.recording/v2" },
	{ HEAD "}", "bad.json:1:1: $: the field \"observations\" is missing" },
	{ HEAD ",\"observations\":{}}",
	  "bad.json:1:51: $.observations: expected an array, not an object" },
	{ HEAD ",\"observations\":[],\"colour\":\"red\"}",
	  "bad.json:1:69: $.colour: unknown field" },
	{ HEAD ",\"observations\":[],\"\\u001b[2J\":1}",
	  "bad.json:1:69: $.\\x1b[2J: unknown field" },
	{ HEAD ",\"observations\":[null]}",
	  "bad.json:1:67: $.observations[0]: expected an object, not null" },
	{ OBSERVATION(""), "bad.json:1:67: $.observations[0]: the field \"machine\" is missing" },
	{ OBSERVATION("\"machine\":\"vax\""),
	  "bad.json:1:68: $.observations[0].machine: \"vax\" is not known here" },
	{ OBSERVATION("\"machine\":\"x86_64\",\"complete\":false,\"systemCalls\":[],\"denied\":[]"),
	  "bad.json:1:87: $.observations[0].complete: the losses and reasons say true" },
	{ OBSERVATION("\"machine\":\"x86_64\",\"complete\":true,\"losses\":{\"late\":1},"
		      "\"systemCalls\":[],\"denied\":[]"),
	  "bad.json:1:87: $.observations[0].complete: the losses and reasons say false" },
	{ OBSERVATION(MINIMAL "\"losses\":{\"keys\":1},\"systemCalls\":[]"),
	  "bad.json:1:125: $.observations[0].losses.keys: unknown field" },
	{ OBSERVATION(MINIMAL "\"losses\":{\"late\":-1},\"systemCalls\":[]"),
	  "bad.json:1:125: $.observations[0].losses.late: -1 is not between 0 and 9223372036854775807" },
	{ OBSERVATION(MINIMAL "\"labels\":{\"app\":1},\"systemCalls\":[]"),
	  "bad.json:1:125: $.observations[0].labels.app: expected a string, not a whole number" },
	{ OBSERVATION(MINIMAL "\"labels\":[],\"systemCalls\":[]"),
	  "bad.json:1:115: $.observations[0].labels: expected an object, not an array" },
	{ OBSERVATION(MINIMAL "\"pod\":{\"ip\":\"\"},\"systemCalls\":[]"),
	  "bad.json:1:122: $.observations[0].pod.ip: unknown field" },
	{ OBSERVATION(MINIMAL "\"container\":\"web\",\"systemCalls\":[]"),
	  "bad.json:1:115: $.observations[0].container: expected an object, not a string" },
	{ OBSERVATION(MINIMAL "\"seccomp\":\"strict\",\"systemCalls\":[]"),
	  "bad.json:1:115: $.observations[0].seccomp: \"strict\" is not known here" },
	{ OBSERVATION(MINIMAL "\"noNewPrivs\":1,\"systemCalls\":[]"),
	  "bad.json:1:115: $.observations[0].noNewPrivs: expected true or false, not a whole "
	  "number" },
	{ OBSERVATION(MINIMAL "\"capabilities\":[7],\"systemCalls\":[]"),
	  "bad.json:1:131: $.observations[0].capabilities[0]: expected a string, not a whole "
	  "number" },
	{ OBSERVATION(MINIMAL "\"start\":\"yesterday\",\"systemCalls\":[]"),
	  "bad.json:1:115: $.observations[0].start: \"yesterday\" is not a time such as "
	  "2026-11-22T14:51:03Z" },
	{ OBSERVATION(MINIMAL "\"start\":\"2026-02-30T00:00:00Z\",\"systemCalls\":[]"),
	  "bad.json:1:115: $.observations[0].start: there is no such time as \"2026-02-30T00:00:00Z\", or "
	  "not after 1970" },
	{ CALL(""),
	  "bad.json:1:130: $.observations[0].systemCalls[0]: the field \"nr\" is missing" },
	{ CALL("\"nr\":\"1\""),
	  "bad.json:1:131: $.observations[0].systemCalls[0].nr: expected a whole number, not a "
	  "string" },
	{ CALL("\"nr\":1.5"),
	  "bad.json:1:131: $.observations[0].systemCalls[0].nr: expected a whole number, not a "
	  "fraction" },
	{ CALL("\"nr\":4294967296"),
	  "bad.json:1:131: $.observations[0].systemCalls[0].nr: 4294967296 is not between 0 and "
	  "4294967295" },
	{ CALL("\"nr\":1,\"abi\":\"mips\",\"origin\":\"observed\""),
	  "bad.json:1:138: $.observations[0].systemCalls[0].abi: \"mips\" is not known here" },
	{ CALL("\"nr\":1,\"abi\":\"native\",\"origin\":\"guessed\""),
	  "bad.json:1:153: $.observations[0].systemCalls[0].origin: \"guessed\" is not known here" },
	{ CALL("\"nr\":1,\"abi\":\"native\",\"origin\":\"observed\",\"name\":\"read\""),
	  "bad.json:1:173: $.observations[0].systemCalls[0].name: number 1 of ABI native is write, not "
	  "read" },
	{ CALL("\"nr\":1,\"abi\":\"native\",\"origin\":\"observed\",\"process\":\"0123456789abcdef\""),
	  "bad.json:1:173: $.observations[0].systemCalls[0].process: a process name has at most 15 "
	  "bytes" },
	{ CALL("\"nr\":1,\"abi\":\"native\",\"origin\":\"observed\"},"
	       "{\"nr\":1,\"abi\":\"native\",\"origin\":\"runtime\""),
	  "bad.json:1:174: $.observations[0].systemCalls[1]: this call appears twice" },
	{ OBSERVATION("\"machine\":\"aarch64\",\"complete\":true,\"denied\":[],\"systemCalls\":["
		      "{\"nr\":1,\"abi\":\"x32\",\"origin\":\"observed\"}]"),
	  "bad.json:1:131: $.observations[0].systemCalls[0]: aarch64 has no ABI x32" },
	{ OBSERVATION("\"machine\":\"x86_64\",\"complete\":true,\"systemCalls\":[],\"denied\":["
		      "{\"nr\":1,\"abi\":\"native\",\"origin\":\"observed\"}]"),
	  "bad.json:1:153: $.observations[0].denied[0].origin: unknown field" },
};

static void bad_input_is_refused_with_its_place(void **state)
{
	size_t i, wrong = 0;

	for (i = 0; i < array_size(bad_inputs); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		struct recording untouched = { .name = (char *)bad_inputs };
		const char *text = bad_inputs[i].text;

		assert_int_equal(recording_read("bad.json", text, strlen(text), &untouched, &err),
				 -EINVAL);
		assert_ptr_equal(untouched.name, bad_inputs);
		if (strcmp(error_message(&err), bad_inputs[i].message) == 0)
			continue;
		print_error("%s\n%s\n", bad_inputs[i].message, error_message(&err));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void deep_nesting_is_refused(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = malloc(1 << 20);
	struct recording recording;

	memset(text, '[', 1 << 20);
	assert_int_equal(recording_read("deep.json", text, 1 << 20, &recording, &err), -EINVAL);
	assert_string_equal(error_message(&err),
			    "deep.json:1:2049: not JSON: maximum parsing depth reached near '['");
}

/*
 * Reads many prefixes of a good file, and many files with one byte changed. Each read ends with
 * a message or a recording.
 */
static void no_damage_crashes_the_reader(void **state)
{
	_cleanup_free_ char *text = read_golden("pod.recording.json");
	size_t i, size = strlen(text);

	for (i = 0; i < size; i += 7) {
		_cleanup_recording_ struct recording cut = {}, changed = {};
		char saved = text[i];

		assert_int_equal(recording_read("cut", text, i, &cut, NULL), -EINVAL);
		text[i] = "{}[]\",:0a"[i % 9];
		recording_read("changed", text, size, &changed, NULL);
		text[i] = saved;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_read_is_written_byte_for_byte),
		cmocka_unit_test(every_field_is_read),
		cmocka_unit_test(the_engine_is_read),
		cmocka_unit_test(engines_merge_with_their_versions),
		cmocka_unit_test(bytes_that_are_no_text_do_not_break_the_file),
		cmocka_unit_test(bad_input_is_refused_with_its_place),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(no_damage_crashes_the_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
