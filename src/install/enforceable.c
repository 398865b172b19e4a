// SPDX-License-Identifier: Apache-2.0
#include "install/enforceable.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/architecture.h"
#include "profile/model/model.h"
#include "seccomp/compile.h"
#include "seccomp/refusals.h"
#include "seccomp/scmp_arch.h"
#include "syscalls/other_names.h"
#include "syscalls/purpose.h"
#include "syscalls/syscalls.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/text_stream.h"
#include "util/version.h"

void obstacles_finish(struct obstacles *obstacles)
{
	for (size_t i = 0; i < obstacles->length; i++)
		free(obstacles->items[i].text);
	free(obstacles->items);
	*obstacles = (struct obstacles){};
}

bool obstacles_are_severe(const struct obstacles *obstacles)
{
	for (size_t i = 0; i < obstacles->length; i++)
		if (obstacles->items[i].severe)
			return true;
	return false;
}

__attribute__((format(printf, 4, 5))) static int add(struct obstacles *obstacles, bool severe,
						     struct error *err, const char *format, ...)
{
	struct obstacle *items = array_grow(obstacles->items, obstacles->length, sizeof(*items));
	va_list args;
	int length;

	if (!items)
		return error_nomem(err);
	obstacles->items = items;
	items[obstacles->length].severe = severe;
	va_start(args, format);
	length = vasprintf(&items[obstacles->length].text, format, args);
	va_end(args);
	if (length < 0)
		return error_nomem(err);
	obstacles->length++;
	return 0;
}

/*
 * True if the machine runs a listed architecture, or none is listed. Runtimes add the machine's
 * own architecture to the list.
 */
static bool lists_machine(const struct profile *profile, const char *native)
{
	for (size_t i = 0; i < profile->architecture_count; i++)
		if (strcmp(architecture_native(profile->architectures[i]), native) == 0)
			return true;
	return profile->architecture_count == 0;
}

static int check_machine(const struct profile *profile, struct obstacles *obstacles,
			 struct error *err)
{
	const char *native = abi_scmp_arch(machine_native(), ABI_NATIVE);

	if (lists_machine(profile, native))
		return 0;
	return add(obstacles, true, err,
		   "it is for another machine: it lists %s, but not this machine's %s",
		   profile->architectures[0], native);
}

static int check_runtime(const struct profile *profile, const char *runtime, const char *version,
			 struct obstacles *obstacles, struct error *err)
{
	const struct runtime_range range = { runtime, version_parse(version ? version : "") };
	_cleanup_refusals_ struct refusals refusals = {};
	int r = runtime ? refusals_find(profile, &refusals, err) : 0;

	for (size_t i = 0; r == 0 && i < refusals.length; i++) {
		const struct refusal *refusal = &refusals.items[i];

		/* If the version is not known, only what every version refuses counts. */
		if (refusal_is_by(refusal, &range) &&
		    (version_is_known(&range.version) || !version_is_known(&refusal->since)))
			r = add(obstacles, true, err, "%s", refusal->text);
	}
	return r;
}

static bool notifies(const struct profile *profile)
{
	if (profile->default_action == ACTION_NOTIFY)
		return true;
	for (size_t i = 0; i < profile->rule_count; i++)
		if (profile->rules[i].action == ACTION_NOTIFY)
			return true;
	return false;
}

/* Skips runc, because check_runtime() finds this case for runc. */
static int check_listener(const struct profile *profile, const char *runtime,
			  struct obstacles *obstacles, struct error *err)
{
	if ((runtime && strcmp(runtime, "runc") == 0) || !notifies(profile) ||
	    profile->listener_path)
		return 0;
	return add(obstacles, true, err,
		   "it has SCMP_ACT_NOTIFY but no listenerPath, so nobody answers such calls");
}

static int check_conditions(const struct profile *profile, struct obstacles *obstacles,
			    struct error *err)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct rule *rule = &profile->rules[i];
		unsigned int seen = 0;

		for (size_t k = 0; k < rule->condition_count; k++) {
			unsigned int bit = 1u << (rule->conditions[k].index & 31);

			if (!(seen & bit)) {
				seen |= bit;
				continue;
			}
			return add(
				obstacles, true, err,
				"its rule for %s has two conditions on argument %u, and runtimes "
				"require only one of them, not both",
				rule->name_count ? rule->names[0] : "no call",
				rule->conditions[k].index);
		}
	}
	return 0;
}

static bool is_granted(enum action action)
{
	return action == ACTION_ALLOW || action == ACTION_LOG;
}

/* True if the default action permits what a rule of the name denies, or the reverse. */
static bool is_reversed(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->rule_count; i++)
		if (rule_has_name(&profile->rules[i], name) &&
		    is_granted(profile->rules[i].action) != is_granted(profile->default_action))
			return true;
	return false;
}

/* Prints the name that was probably meant, if the name is no call of any machine. */
static void print_other_name(FILE *out, const char *name)
{
	const struct other_name *other = other_name_find(name);
	const char *nearest;

	if (*syscall_purpose(name)->name)
		return;
	nearest = other ? NULL : syscall_nearest(name);
	if (other)
		fprintf(out, " (the kernel calls it %s)", other->kernel[0]);
	else if (nearest)
		fprintf(out, " (did you mean %s?)", nearest);
}

/*
 * Returns a list of the names that libseccomp does not know: those that the default action
 * reverses, or the others. The caller frees it; NULL when memory ran out.
 */
static char *join_unresolved(const struct profile *profile, const struct compilation *compilation,
			     bool reversed)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	FILE *out = text_stream_open(&stream);
	const char *separator = "";

	for (size_t i = 0; out && i < compilation->unresolved_count; i++) {
		const char *name = compilation->unresolved[i];

		if (is_reversed(profile, name) != reversed)
			continue;
		fprintf(out, "%s%s", separator, name);
		print_other_name(out, name);
		separator = ", ";
	}
	return text_stream_close(&stream);
}

static int add_unresolved(const struct profile *profile, const struct compilation *compilation,
			  struct obstacles *obstacles, struct error *err)
{
	char version[LIBSECCOMP_VERSION_SIZE];

	for (int reversed = 1; reversed >= 0; reversed--) {
		_cleanup_free_ char *names = join_unresolved(profile, compilation, reversed);
		int r = 0;

		if (!names)
			return error_nomem(err);
		if (*names)
			r = add(obstacles, reversed, err,
				"libseccomp %s does not know %s: runtimes silently skip such "
				"rules, and the default action (%s) decides",
				libseccomp_version(version), names,
				action_name(profile->default_action));
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * Compiles the profile with libseccomp, as runtimes do, and adds the problems that this finds.
 */
static int check_compilation(const struct profile *profile, struct obstacles *obstacles,
			     struct error *err)
{
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	_cleanup_compilation_ struct compilation compilation = {};
	_cleanup_error_ struct error refusal = ERROR_INIT;
	int r = scmp_arch_set_of(profile, scmp_arch_native(), &set, &refusal);

	if (r == 0)
		r = scmp_arch_set_add(&set, scmp_arch_native(), &refusal);
	if (r == 0)
		r = profile_compile(profile, &set, LAYOUT_LIST, &compilation, &refusal);
	if (r == -ENOMEM)
		return error_nomem(err);
	if (r < 0)
		return add(obstacles, true, err, "runtimes refuse it, as libseccomp does: %s",
			   error_message(&refusal));
	return add_unresolved(profile, &compilation, obstacles, err);
}

int enforceable_check(const struct profile *profile, const char *runtime, const char *version,
		      struct obstacles *ret_obstacles, struct error *err)
{
	_cleanup_obstacles_ struct obstacles obstacles = {};
	int r = check_machine(profile, &obstacles, err);

	if (r == 0)
		r = check_runtime(profile, runtime, version, &obstacles, err);
	if (r == 0)
		r = check_listener(profile, runtime, &obstacles, err);
	if (r == 0)
		r = check_conditions(profile, &obstacles, err);
	if (r == 0)
		r = check_compilation(profile, &obstacles, err);
	if (r < 0)
		return r;
	*ret_obstacles = obstacles;
	obstacles = (struct obstacles){};
	return 0;
}
