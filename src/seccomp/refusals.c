// SPDX-License-Identifier: Apache-2.0
#include "seccomp/refusals.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/model.h"
#include "util/array.h"
#include "util/error.h"

#define RUNC "runc"
#define CRUN "crun"

static const struct version always = {};

/* The oldest versions to check if none is named: those of Debian 12. */
static const struct {
	const char *name;
	struct version version;
} oldest[] = {
	{ RUNC, { { 1, 1, 5 } } },
	{ CRUN, { { 1, 8, 1 } } },
};

/*
 * The first version of a runtime that accepts a name; all zero: each version does. The tables
 * are sorted by name. Names without a row: architectures and flags are always refused, actions
 * are always accepted.
 */
struct accepted {
	const char *name;
	struct version since;
};

static const struct accepted runc_architectures[] = {
	{ "SCMP_ARCH_AARCH64", {} },
	{ "SCMP_ARCH_ARM", {} },
	{ "SCMP_ARCH_LOONGARCH64", { { 1, 4, 1 } } },
	{ "SCMP_ARCH_MIPS", {} },
	{ "SCMP_ARCH_MIPS64", {} },
	{ "SCMP_ARCH_MIPS64N32", {} },
	{ "SCMP_ARCH_MIPSEL", {} },
	{ "SCMP_ARCH_MIPSEL64", {} },
	{ "SCMP_ARCH_MIPSEL64N32", {} },
	{ "SCMP_ARCH_PPC", {} },
	{ "SCMP_ARCH_PPC64", {} },
	{ "SCMP_ARCH_PPC64LE", {} },
	{ "SCMP_ARCH_RISCV64", { { 1, 1, 8 } } },
	{ "SCMP_ARCH_S390", {} },
	{ "SCMP_ARCH_S390X", {} },
	{ "SCMP_ARCH_X32", {} },
	{ "SCMP_ARCH_X86", {} },
	{ "SCMP_ARCH_X86_64", {} },
};

static const struct accepted runc_flags[] = {
	{ "SECCOMP_FILTER_FLAG_LOG", { { 1, 2, 0 } } },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", { { 1, 2, 0 } } },
	{ "SECCOMP_FILTER_FLAG_TSYNC", { { 1, 2, 0 } } },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", { { 1, 5, 0 } } },
};

static const struct accepted crun_flags[] = {
	{ "SECCOMP_FILTER_FLAG_LOG", {} },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", {} },
	{ "SECCOMP_FILTER_FLAG_TSYNC", {} },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", { { 1, 6, 0 } } },
};

static const struct accepted runc_actions[] = {
	{ "SCMP_ACT_KILL_PROCESS", { { 1, 1, 3 } } },
	{ "SCMP_ACT_KILL_THREAD", { { 1, 1, 3 } } },
	{ "SCMP_ACT_NOTIFY", { { 1, 1, 0 } } },
};

void refusals_finish(struct refusals *refusals)
{
	size_t i;

	for (i = 0; i < refusals->length; i++)
		free(refusals->items[i].text);
	free(refusals->items);
	*refusals = (struct refusals){};
}

/* Adds "runc before 1.2.0 refuses " and the formatted text, unless it is there already. */
static int __attribute__((format(printf, 5, 6)))
add(struct refusals *refusals, const char *runtime, const struct version *since, struct error *err,
    const char *format, ...)
{
	struct refusal *items = array_grow(refusals->items, refusals->length, sizeof(*items));
	char what[256], before[64] = "";
	va_list arguments;
	char *text;
	size_t i;

	if (!items)
		return error_nomem(err);
	refusals->items = items;
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	if (version_is_known(since))
		snprintf(before, sizeof(before), " before %lu.%lu.%lu", since->parts[0],
			 since->parts[1], since->parts[2]);
	if (asprintf(&text, "%s%s refuses %s", runtime, before, what) < 0)
		return error_nomem(err);
	for (i = 0; i < refusals->length; i++)
		if (strcmp(items[i].text, text) == 0) {
			free(text);
			return 0;
		}
	items[refusals->length++] = (struct refusal){ runtime, *since, text };
	return 0;
}

static int compare_accepted(const void *name, const void *accepted)
{
	return strcmp(name, ((const struct accepted *)accepted)->name);
}

/* Adds the refusal of a name according to a table, unless each version accepts the name. */
static int check_name(struct refusals *refusals, const char *runtime, const struct accepted *table,
		      size_t count, const char *what, const char *name, struct error *err)
{
	const struct accepted *row = bsearch(name, table, count, sizeof(*table), compare_accepted);

	if (row && !version_is_known(&row->since))
		return 0;
	return add(refusals, runtime, row ? &row->since : &always, err, "%s %s", what, name);
}

static int check_names(const struct profile *profile, struct refusals *refusals, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < profile->architecture_count; i++)
		r = check_name(refusals, RUNC, runc_architectures, array_size(runc_architectures),
			       "the architecture", profile->architectures[i], err);
	for (i = 0; r == 0 && i < profile->flag_count; i++) {
		r = check_name(refusals, RUNC, runc_flags, array_size(runc_flags), "the flag",
			       profile->flags[i], err);
		if (r == 0)
			r = check_name(refusals, CRUN, crun_flags, array_size(crun_flags),
				       "the flag", profile->flags[i], err);
	}
	return r;
}

static bool has_errno(enum action action)
{
	return action == ACTION_ERRNO || action == ACTION_TRACE;
}

/* Checks an action, and its errno, which only two actions can have. */
static int check_action(enum action action, const struct optional_errno *number, const char *member,
			struct refusals *refusals, struct error *err)
{
	const char *name = action_name(action);
	const struct accepted *row = bsearch(name, runc_actions, array_size(runc_actions),
					     sizeof(*row), compare_accepted);
	int r = row ? add(refusals, RUNC, &row->since, err, "%s", name) : 0;

	if (r < 0 || !number->known || has_errno(action))
		return r;
	return add(refusals, CRUN, &always, err, "%s with %s, where it has no meaning", member,
		   name);
}

/* runc uses write(2) under the filter to hand over the listener, so write must not notify. */
static int check_notify(const struct profile *profile, struct refusals *refusals, struct error *err)
{
	bool notifies = false;
	size_t i, k;
	int r = 0;

	if (profile->default_action == ACTION_NOTIFY)
		r = add(refusals, RUNC, &always, err,
			"SCMP_ACT_NOTIFY as default action: the listener could not be handed over");
	for (i = 0; r == 0 && i < profile->rule_count; i++) {
		const struct rule *rule = &profile->rules[i];

		if (rule->action != ACTION_NOTIFY)
			continue;
		notifies |= rule->name_count > 0;
		for (k = 0; r == 0 && k < rule->name_count; k++)
			if (strcmp(rule->names[k], "write") == 0)
				r = add(refusals, RUNC, &always, err,
					"SCMP_ACT_NOTIFY for write: the listener could not be "
					"handed over");
	}
	if (r == 0 && notifies && !profile->listener_path)
		r = add(refusals, RUNC, &always, err, "SCMP_ACT_NOTIFY without a listenerPath");
	return r;
}

int refusals_find(const struct profile *profile, struct refusals *ret_refusals, struct error *err)
{
	_cleanup_refusals_ struct refusals refusals = {};
	size_t i;
	int r = check_names(profile, &refusals, err);

	if (r == 0)
		r = check_action(profile->default_action, &profile->default_errno_ret,
				 "defaultErrnoRet", &refusals, err);
	for (i = 0; r == 0 && i < profile->rule_count; i++)
		r = check_action(profile->rules[i].action, &profile->rules[i].errno_ret, "errnoRet",
				 &refusals, err);
	if (r == 0)
		r = check_notify(profile, &refusals, err);
	if (r < 0)
		return r;
	*ret_refusals = refusals;
	refusals = (struct refusals){};
	return 0;
}

bool refusal_is_by(const struct refusal *refusal, const struct runtime_range *range)
{
	struct version version = range->version;
	size_t i;

	if (strcmp(refusal->runtime, range->name) != 0)
		return false;
	for (i = 0; i < array_size(oldest) && !version_is_known(&version); i++)
		if (strcmp(oldest[i].name, range->name) == 0)
			version = oldest[i].version;
	return !version_is_known(&refusal->since) || version_compare(&version, &refusal->since) < 0;
}
