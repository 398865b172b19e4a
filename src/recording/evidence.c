// SPDX-License-Identifier: Apache-2.0
#include "recording/evidence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/other_names.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"
#include "util/string_set.h"

/* A call as the user gave it. A number is searched in each ABI; a name has a number in each. */
struct wanted {
	const char *name; /* NULL: search for nr */
	uint32_t nr;
};

static int refuse_name(const char *name, struct error *err)
{
	const struct other_name *other = other_name_find(name);
	const char *like = other ? other->kernel[0] : syscall_nearest(name);

	return error_set(err, EINVAL,
			 "\"%s\" is neither the name nor the number of a system "
			 "call%s%s%s",
			 name,
			 other ? "; the kernel calls it " :
			 like  ? " (did you mean " :
				 "",
			 like ? like : "", like && !other ? "?)" : "");
}

static int wanted_parse(const char *syscall, struct wanted *ret_wanted, struct error *err)
{
	const char *digits = str_has_prefix(syscall, "syscall_") ? syscall + 8 : syscall;
	int machine, abi;
	long nr;

	if (str_parse_long(digits, 0, UINT32_MAX, &nr, NULL) == 0) {
		*ret_wanted = (struct wanted){ NULL, nr };
		return 0;
	}
	for (machine = 0; machine < MACHINE_COUNT; machine++)
		for (abi = 0; abi < ABI_COUNT; abi++)
			if (syscall_number(machine, abi, syscall) >= 0) {
				*ret_wanted = (struct wanted){ syscall, 0 };
				return 0;
			}
	return refuse_name(syscall, err);
}

static int collect_from(const struct observation *observation, const struct wanted *wanted,
			bool denied, struct evidence_list *list, struct error *err)
{
	const struct call_set *calls = denied ? &observation->denied : &observation->calls;
	const struct call *call;
	struct evidence *items;
	int64_t nr;
	int abi;

	for (abi = 0; abi < ABI_COUNT; abi++) {
		nr = wanted->nr;
		if (wanted->name)
			nr = syscall_number(observation->machine, abi, wanted->name);
		call = nr < 0 ? NULL : call_set_find(calls, abi, nr);
		if (!call)
			continue;
		items = array_grow(list->items, list->length, sizeof(*items));
		if (!items)
			return error_nomem(err);
		list->items = items;
		items[list->length++] = (struct evidence){ observation, call, denied };
	}
	return 0;
}

int evidence_collect(const struct recording *recording, const char *syscall,
		     struct evidence_list *ret_list, struct error *err)
{
	_cleanup_(evidence_list_finish) struct evidence_list list = {};
	struct wanted wanted;
	size_t i;
	int r;

	r = wanted_parse(syscall, &wanted, err);
	if (r < 0)
		return r;
	for (i = 0; i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];

		if ((r = collect_from(observation, &wanted, false, &list, err)) < 0 ||
		    (r = collect_from(observation, &wanted, true, &list, err)) < 0)
			return r;
	}
	*ret_list = list;
	list = (struct evidence_list){};
	return 0;
}

void evidence_list_finish(struct evidence_list *list)
{
	free(list->items);
	*list = (struct evidence_list){};
}

static int add_losses(const struct observation *observation, char ***reasons, size_t *count,
		      struct error *err)
{
	int loss, r;

	for (loss = 0; loss < LOSS_COUNT; loss++) {
		_cleanup_free_ char *text = NULL;

		if (!observation->losses[loss] || !loss_hides_calls(loss))
			continue;
		/* A reason describes a late start better than the general text. */
		if (loss == LOSS_LATE && observation->reason_count)
			continue;
		if (asprintf(&text, "%s (%" PRIu64 " time%s)", loss_meaning(loss),
			     observation->losses[loss],
			     observation->losses[loss] == 1 ? "" : "s") < 0) {
			text = NULL;
			return error_nomem(err);
		}
		r = string_set_add(reasons, count, text, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int incompleteness_reasons(const struct recording *recording, char ***ret_reasons,
			   size_t *ret_count, struct error *err)
{
	char **reasons = NULL;
	size_t count = 0, i, j;
	int r = 0;

	for (i = 0; i < recording->observation_count && r == 0; i++) {
		const struct observation *observation = &recording->observations[i];

		r = add_losses(observation, &reasons, &count, err);
		for (j = 0; j < observation->reason_count && r == 0; j++)
			r = string_set_add(&reasons, &count, observation->reasons[j], err);
	}
	if (r < 0) {
		string_set_free(reasons, count);
		return r;
	}
	*ret_reasons = reasons;
	*ret_count = count;
	return 0;
}
