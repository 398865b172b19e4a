// SPDX-License-Identifier: Apache-2.0
//
// options: -max_len=256
//
// Reports of a diff, with hostile names. An input has lines with the names of a file, a
// container, a pod and a process, and then the rules of two profiles as bytes.
#include "profiles.h"

#include <jansson.h>

#include "profile/diff/diff.h"
#include "profile/diff/diff_report.h"
#include "recording/recording.h"

/* Records who made the first of the calls that become allowed. */
static void take_evidence(struct input *input, struct recording *recording)
{
	struct observation observation = { .machine = MACHINE_X86_64 };
	struct call call = { .nr = 41, .first_seen = 1 };
	_cleanup_free_ char *process = NULL;
	struct error err = ERROR_INIT;

	observation.container_name = take_text(input, '\n');
	observation.pod_name = take_text(input, '\n');
	process = take_text(input, '\n');
	strncpy(call.process, process, sizeof(call.process) - 1);
	assert(!failed(call_set_add(&observation.calls, &call, &err), &err));
	assert(!failed(recording_add(recording, &observation, &err), &err));
}

/*
 * Makes profiles of the same architecture and default, so that two differ in a few calls, not
 * in hundreds.
 */
static struct profile *take_native_profile(struct input *input)
{
	struct profile *profile = profile_create(ACTION_ERRNO);

	assert(profile);
	take_rules(input, profile);
	return profile;
}

/*
 * The text is UTF-8 and has no control characters except line ends, as terminals and XML require.
 */
static void check_characters(const char *text)
{
	json_t *string = json_string(text);
	const char *at;

	assert(string);
	json_decref(string);
	for (at = text; *at; at++) {
		assert((unsigned char)*at >= 0x20 || *at == '\n');
		assert(*at != 0x7f);
	}
}

static void check_json(const char *text)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert(root);
	json_decref(root);
}

/* No name adds its own entity to the text. */
static void check_xml(const char *text)
{
	static const char *const entities[] = { "&lt;", "&gt;", "&amp;", "&quot;", "&apos;", "&#" };
	const char *at;
	size_t i;

	for (at = strchr(text, '&'); at; at = strchr(at + 1, '&')) {
		for (i = 0; i < array_size(entities); i++)
			if (strncmp(at, entities[i], strlen(entities[i])) == 0)
				break;
		assert(i < array_size(entities));
	}
	check_characters(text);
}

static void check_report(const struct diff *diff,
			 int (*report)(const struct diff *, char **, struct error *),
			 void (*check)(const char *text))
{
	_cleanup_free_ char *text = NULL;
	struct error err = ERROR_INIT;

	assert(!failed(report(diff, &text, &err), &err));
	check(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diff_options options = { .fail_on = FAIL_ON_ADDED, .today = "2026-11-22" };
	struct input input = { data, size };
	_cleanup_free_ char *path = take_text(&input, '\n');
	_cleanup_recording_ struct recording recording = {};
	_cleanup_profile_ struct profile *before = NULL, *after = NULL;
	_cleanup_diff_ struct diff *diff = NULL;
	struct diff_side old = { .path = path }, new = { .path = path };
	struct error err = ERROR_INIT;

	take_evidence(&input, &recording);
	before = take_native_profile(&input);
	after = take_native_profile(&input);
	old.profile = before;
	new.profile = after;
	new.recording = &recording;
	assert(!failed(diff_create(&options, &diff, &err), &err));
	if (failed(diff_add(diff, path, &old, &new, &err), &err))
		return 0;
	check_report(diff, diff_report_text, check_characters);
	check_report(diff, diff_report_markdown, check_characters);
	check_report(diff, diff_report_junit, check_xml);
	check_report(diff, diff_report_json, check_json);
	check_report(diff, diff_report_sarif, check_json);
	return 0;
}
