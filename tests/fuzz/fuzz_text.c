// SPDX-License-Identifier: Apache-2.0
//
// options: -max_len=512
//
// The small parsers, each with the whole input: cgroup paths, times, durations, numbers, names,
// versions, ignore files, and the escaping of text for a terminal.
#include "input.h"

#include "profile/baseline/baseline.h"
#include "profile/diff/ignore.h"
#include "profile/format/conditional_profile.h"
#include "cgroup/cgroup_path.h"
#include "selection/label_syntax.h"
#include "container/runtime.h"
#include "util/cleanup.h"
#include "util/str.h"

/* The path up to the end of the container's own component gives the same result. */
static void check_cgroup_path(const char *path)
{
	struct cgroup_container container, again;
	_cleanup_free_ char *own = NULL;

	if (!cgroup_path_parse(path, &container))
		return;
	assert(container.id[0] && container_id_is_valid(container.id));
	assert(container.length <= strlen(path));
	own = strndup(path, container.length);
	assert(own && cgroup_path_parse(own, &again));
	assert(again.engine == container.engine && again.qos == container.qos);
	assert(strcmp(again.id, container.id) == 0);
	assert(strcmp(again.pod_uid, container.pod_uid) == 0);
	assert(again.length == container.length);
}

/* A written time is read back as the same time. */
static void check_time(const char *text)
{
	struct error err = ERROR_INIT;
	char written[STR_TIME_SIZE];
	int64_t time, again;

	if (failed(str_parse_time(text, &time, &err), &err))
		return;
	assert(time >= 0);
	str_format_time(written, time);
	assert(!failed(str_parse_time(written, &again, &err), &err));
	assert(again == time);
}

static void check_numbers(const char *text)
{
	struct error err = ERROR_INIT;
	int64_t duration;
	long number;

	if (!failed(str_parse_duration(text, &duration, &err), &err))
		assert(duration > 0);
	if (!failed(str_parse_long(text, -5, 70000, &number, &err), &err))
		assert(number >= -5 && number <= 70000 && number == atol(text));
}

/* Nothing that moves a terminal's cursor gets through, and escaped text stays as it is. */
static void check_escape(const char *text)
{
	_cleanup_free_ char *escaped = str_escape(text), *twice = NULL;
	const char *at;

	assert(escaped && strlen(escaped) >= strlen(text));
	for (at = escaped; *at; at++) {
		assert((unsigned char)*at >= 0x20 && *at != 0x7f);
		assert(at[0] != '\xc2' || (unsigned char)at[1] >= 0xa0);
	}
	twice = str_escape(escaped);
	assert(twice && strcmp(escaped, twice) == 0);
}

static void check_names(const char *text)
{
	/* Each rule is narrower than the next. */
	if (str_is_dns_label(text))
		assert(!label_value_problem(text));
	if (*text && !label_value_problem(text))
		assert(!label_key_problem(text));
	runtime_name_of(text);
}

static void check_versions(const char *text)
{
	const struct baseline *baseline;
	struct kernel_version kernel;
	struct error err = ERROR_INIT;

	failed(kernel_version_parse(text, &kernel, &err), &err);
	if (!failed(baseline_find("containerd", text, &baseline, NULL, &err), &err))
		assert(strcmp(baseline->runtime, "containerd") == 0);
}

/* Each call is found under its name. */
static void check_ignore_file(const char *text)
{
	_cleanup_ignore_list_ struct ignore_list list = {};
	struct error err = ERROR_INIT;
	size_t i;

	if (failed(ignore_list_read("input", text, strlen(text), &list, &err), &err))
		return;
	for (i = 0; i < list.length; i++) {
		assert(ignore_list_find(&list, list.items[i].call) == &list.items[i]);
		assert(*list.items[i].reason);
		ignore_entry_expired(&list.items[i], "2026-11-22");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = take_text(&input, '\0');

	check_cgroup_path(text);
	check_time(text);
	check_numbers(text);
	check_escape(text);
	check_names(text);
	check_versions(text);
	check_ignore_file(text);
	return 0;
}
