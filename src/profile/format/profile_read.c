// SPDX-License-Identifier: Apache-2.0
#include "profile/format/profile_read.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "profile/format/members.h"
#include "profile/model/architecture.h"
#include "profile/model/model.h"
#include "json/cursor.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"

/* The kernel returns at most MAX_ERRNO. A tracer gets SECCOMP_RET_DATA, which has 16 bits. */
#define ERRNO_MAX 4095
#define TRACE_DATA_MAX 65535

/* For the name of a system call; the longest today has 28 characters. */
#define NAME_LENGTH_MAX 64

#define ARGUMENT_INDEX_MAX 5

/* For the names in one rule. All architectures together have less than a fifth of that. */
#define NAMES_MAX 4096

static int read_action(const struct cursor *object, const char *key, enum action *ret_action,
		       struct error *err)
{
	struct cursor at;
	const char *text = NULL;
	int r;

	r = cursor_require_string(object, key, &at, &text, err);
	if (r < 0)
		return r;
	r = action_from_name(text);
	if (r < 0)
		return cursor_fail(&at, err,
				   "\"%s\" is not an action; there are SCMP_ACT_ALLOW, _ERRNO, "
				   "_LOG, _NOTIFY, _TRACE, _TRAP, _KILL_THREAD (or _KILL) and "
				   "_KILL_PROCESS",
				   text);
	*ret_action = r;
	return 0;
}

/* Reads an errno: a number or, if the dialect allows it, a string that holds a number. */
static int read_errno_number(const struct cursor *at, enum dialect dialect, uint64_t max,
			     uint64_t *ret_number, struct error *err)
{
	long number;

	if (dialect != DIALECT_CR || !json_is_string(at->value))
		return cursor_get_number(at, max, ret_number, err);
	if (str_parse_long(json_string_value(at->value), 0, max, &number, NULL) < 0)
		return cursor_fail(at, err, "\"%s\" is not a number between 0 and %ju",
				   json_string_value(at->value), (uintmax_t)max);
	*ret_number = number;
	return 0;
}

int errno_read(const struct cursor *object, const char *key, enum dialect dialect, int action,
	       struct optional_errno *ret_errno, struct error *err)
{
	uint64_t number = 0, max = action == ACTION_TRACE ? TRACE_DATA_MAX : ERRNO_MAX;
	struct cursor at;
	int r;

	if (!cursor_optional(object, key, &at))
		return 0;
	r = read_errno_number(&at, dialect, max, &number, err);
	if (r < 0)
		return r;
	*ret_errno = (struct optional_errno){ dialect == DIALECT_OCI || number != 0, number };
	return 0;
}

int architecture_read(const struct cursor *at, const char **ret_scmp, struct error *err)
{
	const struct architecture *architecture;
	const char *text;
	int r = cursor_get_string(at, &text, err);

	if (r < 0)
		return r;
	/* The definition of SeccompProfile allows it, but runc does not know it. */
	if (strcmp(text, "SCMP_ARCH_NATIVE") == 0)
		return cursor_fail(at, err,
				   "runc refuses SCMP_ARCH_NATIVE: name the architecture, such as "
				   "SCMP_ARCH_X86_64");
	architecture = architecture_find(text);
	if (!architecture || strcmp(architecture->scmp, text) != 0)
		return cursor_fail(at, err, "\"%s\" is not an architecture%s%s", text,
				   architecture ? "; write " : " that seccomp knows",
				   architecture ? architecture->scmp : "");
	*ret_scmp = architecture->scmp;
	return 0;
}

static int read_architecture(const struct cursor *at, void *data, struct error *err)
{
	struct profile *profile = data;
	const char *scmp;
	int r = architecture_read(at, &scmp, err);

	return r < 0 ? r : profile_add_architecture(profile, scmp, err);
}

/*
 * The flags of seccomp(2) and runtime-spec config-linux.md. Runtimes refuse to start a
 * container with any other.
 */
static bool is_flag(const char *text)
{
	static const char *const flags[] = {
		"SECCOMP_FILTER_FLAG_TSYNC",
		"SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	};
	size_t i;

	for (i = 0; i < array_size(flags); i++)
		if (strcmp(flags[i], text) == 0)
			return true;
	return false;
}

static int read_flag(const struct cursor *at, void *data, struct error *err)
{
	struct profile *profile = data;
	const char *text;
	int r = cursor_get_string(at, &text, err);

	if (r < 0)
		return r;
	if (!is_flag(text))
		return cursor_fail(at, err,
				   "\"%s\" is not a flag; there are SECCOMP_FILTER_FLAG_LOG, "
				   "_SPEC_ALLOW, _TSYNC and _WAIT_KILLABLE_RECV",
				   text);
	return string_set_add(&profile->flags, &profile->flag_count, text, err);
}

int profile_read_head(const struct cursor *object, struct profile *profile, struct error *err)
{
	int r;

	if ((r = read_action(object, "defaultAction", &profile->default_action, err)) < 0 ||
	    (r = cursor_each(object, "architectures", read_architecture, profile, err)) < 0 ||
	    (r = cursor_each(object, "flags", read_flag, profile, err)) < 0 ||
	    (r = cursor_copy_string(object, "listenerPath", &profile->listener_path, err)) < 0)
		return r;
	return cursor_copy_string(object, "listenerMetadata", &profile->listener_metadata, err);
}

static int read_operator(const struct cursor *object, enum comparison *ret_comparison,
			 struct error *err)
{
	struct cursor at;
	const char *text = NULL;
	int r;

	r = cursor_require_string(object, "op", &at, &text, err);
	if (r < 0)
		return r;
	r = comparison_from_name(text);
	if (r < 0)
		return cursor_fail(&at, err,
				   "\"%s\" is not a comparison; there are SCMP_CMP_EQ, _NE, _LT, "
				   "_LE, _GT, _GE and _MASKED_EQ",
				   text);
	*ret_comparison = r;
	return 0;
}

/* The rule whose conditions are being read. */
struct rule_reader {
	struct rule *rule;
	enum dialect dialect;
};

static int read_condition(const struct cursor *at, void *data, struct error *err)
{
	const struct rule_reader *reader = data;
	struct rule *rule = reader->rule;
	static const char *const fields[] = { "index", "value", "valueTwo", "op", NULL };
	struct condition condition = {}, *grown;
	struct cursor member;
	uint64_t index = 0;
	int r;

	r = reader->dialect == DIALECT_CR ? cursor_check_members(at, fields, err) :
					    members_check(at, fields, NULL, err);
	if (r < 0 || (r = cursor_required(at, "index", &member, err)) < 0 ||
	    (r = cursor_get_number(&member, ARGUMENT_INDEX_MAX, &index, err)) < 0 ||
	    (r = read_operator(at, &condition.comparison, err)) < 0)
		return r;
	condition.index = index;
	if (reader->dialect == DIALECT_OCI && (r = cursor_required(at, "value", &member, err)) < 0)
		return r;
	if (cursor_member(at, "value", &member) &&
	    (r = cursor_get_number(&member, UINT64_MAX, &condition.value, err)) < 0)
		return r;
	if (cursor_member(at, "valueTwo", &member) &&
	    (r = cursor_get_number(&member, UINT64_MAX, &condition.value_two, err)) < 0)
		return r;
	grown = array_grow(rule->conditions, rule->condition_count, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	rule->conditions = grown;
	grown[rule->condition_count++] = condition;
	return 0;
}

int rule_read(const struct cursor *object, enum dialect dialect, struct rule *rule,
	      struct error *err)
{
	struct rule_reader reader = { rule, dialect };
	int r;

	if ((r = read_action(object, "action", &rule->action, err)) < 0 ||
	    (r = errno_read(object, "errnoRet", dialect, rule->action, &rule->errno_ret, err)) < 0)
		return r;
	return cursor_each(object, "args", read_condition, &reader, err);
}

static bool is_name(const char *text)
{
	size_t length;

	for (length = 0; text[length]; length++)
		if (!isalnum((unsigned char)text[length]) && text[length] != '_')
			return false;
	return length > 0 && length <= NAME_LENGTH_MAX;
}

int rule_read_name(const struct cursor *at, void *data, struct error *err)
{
	struct rule *rule = data;
	const char *text;
	int r = cursor_get_string(at, &text, err);

	if (r < 0)
		return r;
	/* The set of names depends on the kernel, but the form of a name does not. */
	if (!is_name(text))
		return cursor_fail(at, err, "\"%s\" cannot be the name of a system call", text);
	if (rule->name_count >= NAMES_MAX)
		return cursor_fail(at, err, "a rule names at most %d system calls", NAMES_MAX);
	return rule_add_name(rule, text, err);
}

int rule_read_names(const struct cursor *object, struct rule *rule, struct error *err)
{
	struct cursor names;
	int r;

	if ((r = cursor_required(object, "names", &names, err)) < 0 ||
	    (r = cursor_each(object, "names", rule_read_name, rule, err)) < 0)
		return r;
	if (!rule->name_count)
		return cursor_fail(&names, err, "a rule has to name at least one system call");
	return 0;
}
