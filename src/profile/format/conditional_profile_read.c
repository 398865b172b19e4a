// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/format/members.h"
#include "profile/format/profile_read.h"
#include "profile/format/conditional_profile.h"
#include "profile/format/conditional_profile_model.h"
#include "profile/model/model.h"
#include "json/cursor.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"

/* Above every errno of Linux; some architectures have a few beyond 1000. */
#define ERRNO_NAMES_END 2000

/* Far more than exist. Bounds are needed because the lists are kept sorted. */
#define CAPABILITIES_MAX 256
#define ARCHITECTURES_MAX 256

static bool is_capability(const char *text)
{
	const char *c = text + 4;

	if (!str_has_prefix(text, "CAP_") || !*c)
		return false;
	while (isupper((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_')
		c++;
	return !*c;
}

/* The filter that is being read, and its profile. */
struct filter_reader {
	struct conditional_profile *conditional;
	struct filter *filter;
};

static int read_capability(const struct cursor *at, void *data, struct error *err)
{
	const struct filter_reader *reader = data;
	struct conditional_profile *conditional = reader->conditional;
	struct filter *filter = reader->filter;
	const char *text;
	int r = cursor_get_string(at, &text, err);

	if (r < 0)
		return r;
	if (!is_capability(text))
		return cursor_fail(at, err, "\"%s\" is not a capability, such as CAP_SYS_ADMIN",
				   text);
	if (conditional->capability_count >= CAPABILITIES_MAX)
		return cursor_fail(at, err, "too many capabilities");
	r = string_set_add(&filter->capabilities, &filter->capability_count, text, err);
	return r < 0 ? r :
		       string_set_add(&conditional->capabilities, &conditional->capability_count,
				      text, err);
}

static int read_architecture(const struct cursor *at, void *data, struct error *err)
{
	struct filter *filter = data;
	const char *text;
	int r = cursor_get_string(at, &text, err);

	if (r < 0)
		return r;
	if (filter->architecture_count >= ARCHITECTURES_MAX)
		return cursor_fail(at, err, "too many architectures");
	return string_set_add(&filter->architectures, &filter->architecture_count, text, err);
}

static int read_min_kernel(const struct cursor *object, struct filter *filter, struct error *err)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	struct cursor at;
	const char *text = NULL;
	int r;

	if (!cursor_optional(object, "minKernel", &at))
		return 0;
	if ((r = cursor_get_string(&at, &text, err)) < 0)
		return r;
	if (kernel_version_parse(text, &filter->kernel, &problem) < 0)
		return cursor_fail(&at, err, "%s", error_message(&problem));
	filter->kernel_known = true;
	return 0;
}

static int read_filter(const struct cursor *rule, const char *key,
		       struct conditional_profile *conditional, struct filter *filter,
		       struct error *err)
{
	static const char *const fields[] = { "caps", "arches", "minKernel", NULL };
	struct filter_reader reader = { conditional, filter };
	struct cursor at;
	int r;

	if (!cursor_optional(rule, key, &at))
		return 0;
	if ((r = members_check(&at, fields, NULL, err)) < 0 ||
	    (r = cursor_each(&at, "caps", read_capability, &reader, err)) < 0 ||
	    (r = cursor_each(&at, "arches", read_architecture, filter, err)) < 0 ||
	    (r = read_min_kernel(&at, filter, err)) < 0)
		return r;
	if (filter->capability_count || filter->architecture_count || filter->kernel_known)
		conditional->conditional = true;
	return 0;
}

static int errno_from_name(const char *name)
{
	int number;

	for (number = 1; number < ERRNO_NAMES_END; number++) {
		const char *known = strerrorname_np(number);

		if (known && strcmp(known, name) == 0)
			return number;
	}
	return -ENOENT;
}

/* Reads the optional name of an errno. It replaces the number, or must agree with it. */
static int read_errno_name(const struct cursor *object, const char *key,
			   struct optional_errno *number, struct error *err)
{
	struct cursor at;
	const char *text = NULL;
	int r;

	if (!cursor_optional(object, key, &at))
		return 0;
	if ((r = cursor_get_string(&at, &text, err)) < 0 || !*text)
		return r;
	r = errno_from_name(text);
	if (r < 0)
		return cursor_fail(&at, err, "\"%s\" is not an errno, such as ENOSYS", text);
	if (number->known && number->value != (uint32_t)r)
		return cursor_fail(&at, err, "\"%s\" is %d, but the number beside it is %u", text,
				   r, number->value);
	*number = (struct optional_errno){ true, r };
	return 0;
}

/* Reads "names", or the single "name" of Docker's older form. */
static int read_names(const struct cursor *at, struct rule *rule, struct error *err)
{
	struct cursor name, names;

	if (!cursor_optional(at, "name", &name) ||
	    (json_is_string(name.value) && !json_string_length(name.value)))
		return rule_read_names(at, rule, err);
	if (cursor_optional(at, "names", &names) && json_array_size(names.value))
		return cursor_fail(&name, err, "use \"name\" or \"names\", not both");
	return rule_read_name(&name, rule, err);
}

static int add_filters(struct conditional_profile *conditional, struct rule_filters **ret_filters,
		       struct error *err)
{
	struct rule_filters *filters =
		array_grow(conditional->filters, conditional->filter_count, sizeof(*filters));

	if (!filters)
		return error_nomem(err);
	conditional->filters = filters;
	*ret_filters = &filters[conditional->filter_count++];
	**ret_filters = (struct rule_filters){};
	return 0;
}

static int read_rule(const struct cursor *at, void *data, struct error *err)
{
	struct conditional_profile *conditional = data;
	static const char *const fields[] = { "names",	 "action",   "errnoRet", "args",  "name",
					      "comment", "includes", "excludes", "errno", NULL };
	struct rule_filters *filters = NULL;
	struct rule *rule = NULL;
	int r;

	if ((r = profile_add_rule(conditional->profile, ACTION_ERRNO, &rule, err)) < 0 ||
	    (r = members_check(at, fields, &rule->unknown, err)) < 0 ||
	    (r = add_filters(conditional, &filters, err)) < 0 ||
	    (r = read_names(at, rule, err)) < 0 ||
	    (r = rule_read(at, DIALECT_OCI, rule, err)) < 0 ||
	    (r = read_errno_name(at, "errno", &rule->errno_ret, err)) < 0 ||
	    (r = read_filter(at, "includes", conditional, &filters->includes, err)) < 0)
		return r;
	return read_filter(at, "excludes", conditional, &filters->excludes, err);
}

static int read_sub_architecture(const struct cursor *at, void *data, struct error *err)
{
	struct architecture_entry *entry = data;
	const char **others = array_grow(entry->others, entry->other_count, sizeof(*others));

	if (!others)
		return error_nomem(err);
	entry->others = others;
	return architecture_read(at, &others[entry->other_count++], err);
}

static int read_entry(const struct cursor *at, void *data, struct error *err)
{
	static const char *const fields[] = { "architecture", "subArchitectures", NULL };
	struct conditional_profile *conditional = data;
	struct architecture_entry *entry =
		array_grow(conditional->entries, conditional->entry_count, sizeof(*entry));
	struct cursor native;
	int r;

	if (!entry)
		return error_nomem(err);
	conditional->entries = entry;
	entry += conditional->entry_count++;
	*entry = (struct architecture_entry){};
	if ((r = members_check(at, fields, NULL, err)) < 0 ||
	    (r = cursor_required(at, "architecture", &native, err)) < 0 ||
	    (r = architecture_read(&native, &entry->native, err)) < 0)
		return r;
	return cursor_each(at, "subArchitectures", read_sub_architecture, entry, err);
}

static int read_architecture_map(const struct cursor *object,
				 struct conditional_profile *conditional, struct error *err)
{
	struct cursor map;
	int r = cursor_each(object, "archMap", read_entry, conditional, err);

	if (r < 0 || !conditional->entry_count)
		return r;
	conditional->conditional = true;
	if (conditional->profile->architecture_count && cursor_member(object, "archMap", &map))
		return cursor_fail(&map, err, "use \"architectures\" or \"archMap\", not both");
	return 0;
}

/* True if the profile has a member that only Docker's form has. */
static bool has_docker_fields(const json_t *root)
{
	static const char *const fields[] = { "name", "comment", "includes", "excludes", "errno" };
	const json_t *rule;
	size_t i, k;

	if (json_object_get(root, "archMap") || json_object_get(root, "defaultErrno"))
		return true;
	json_array_foreach(json_object_get(root, "syscalls"), i, rule) {
		for (k = 0; k < array_size(fields); k++)
			if (json_object_get(rule, fields[k]))
				return true;
	}
	return false;
}

static int read_conditional(const struct cursor *at, struct conditional_profile *conditional,
			    struct error *err)
{
	static const char *const fields[] = {
		"defaultAction", "defaultErrnoRet",  "defaultErrno", "architectures", "archMap",
		"flags",	 "listenerMetadata", "listenerPath", "syscalls",      NULL,
	};
	struct profile *profile = conditional->profile;
	int r;

	if ((r = members_check(at, fields, &profile->unknown, err)) < 0 ||
	    (r = profile_read_head(at, profile, err)) < 0 ||
	    (r = errno_read(at, "defaultErrnoRet", DIALECT_OCI, profile->default_action,
			    &profile->default_errno_ret, err)) < 0 ||
	    (r = read_errno_name(at, "defaultErrno", &profile->default_errno_ret, err)) < 0 ||
	    (r = read_architecture_map(at, conditional, err)) < 0)
		return r;
	conditional->docker = has_docker_fields(at->value);
	return cursor_each(at, "syscalls", read_rule, conditional, err);
}

int conditional_profile_read_value(const struct cursor *at,
				   struct conditional_profile **ret_conditional, struct error *err)
{
	_cleanup_conditional_profile_ struct conditional_profile *conditional =
		calloc(1, sizeof(*conditional));
	int r;

	if (!conditional || !(conditional->profile = profile_create(ACTION_ERRNO)))
		return error_nomem(err);
	r = read_conditional(at, conditional, err);
	if (r < 0)
		return r;
	*ret_conditional = steal_pointer(&conditional);
	return 0;
}

int conditional_profile_read(const char *name, const char *text, size_t size,
			     struct conditional_profile **ret_conditional, struct error *err)
{
	const struct tree_source source = { .name = name, .text = text, .size = size };
	_cleanup_json_ json_t *root = NULL;
	struct cursor at = { .source = &source };
	int r = tree_parse(name, text, size, &root, err);

	if (r < 0)
		return r;
	at.value = root;
	return conditional_profile_read_value(&at, ret_conditional, err);
}
