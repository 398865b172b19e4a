// SPDX-License-Identifier: Apache-2.0
/*
 * The changes of recordings that profiles need not show: values of arguments that the new recording
 * has, and the old one does not.
 */
#include "profile/diff/diff_pair.h"

#include <stdlib.h>
#include <string.h>

#include "recording/argument_union.h"
#include "recording/recording.h"
#include "syscalls/arguments.h"
#include "util/error.h"

/* The arguments of both recordings on one machine, and where their changes go. */
struct values_visit {
	struct diff_pair *pair;
	enum machine machine;
	bool denied;
	struct argument_set old, new;
};

static void visit_finish(struct values_visit *visit)
{
	argument_set_finish(&visit->old);
	argument_set_finish(&visit->new);
}

/* The low bits of clone's flags are the number of a signal, and no change by themselves. */
static bool is_exit_signal(const struct change_value *used)
{
	const char *name = argument_value_name(used->machine, used->row, used->value);

	return !used->any && name && strcmp(name, "CSIGNAL") == 0;
}

static int add_value(const struct values_visit *visit, const struct argument *argument,
		     const struct argument_value *value, struct error *err)
{
	const struct change_value used = {
		.machine = visit->machine,
		.row = syscall_argument_at(visit->machine, argument->abi, argument->nr,
					   argument->index, argument->offset),
		.value = value ? value->value : 0,
		.any = !value,
		.denied = visit->denied,
	};
	const char *call = syscall_name(visit->machine, argument->abi, argument->nr);

	/* Another version of recorder may record more arguments. */
	if (!used.row || !call || is_exit_signal(&used))
		return 0;
	return pair_add_value(visit->pair, call, abi_scmp_arch(visit->machine, argument->abi),
			      &used, err);
}

/*
 * Adds what the new recording has of an argument beyond the old one. If the old one does not have
 * the call, its permission is the change.
 */
static int compare_argument(const struct values_visit *visit, const struct argument *new,
			    struct error *err)
{
	static const struct argument none = {};
	const struct argument *old =
		argument_set_find(&visit->old, new->abi, new->nr, new->index, new->offset);
	size_t i;
	int r = 0;

	if (!old && !visit->denied)
		return 0;
	if (!old)
		old = &none;
	if (!argument_is_known(old))
		return 0;
	for (i = 0; i < new->count &&r == 0; i++)
		if (!argument_find_value(old, new->values[i].value))
			r = add_value(visit, new, &new->values[i], err);
	return r == 0 && new->any ? add_value(visit, new, NULL, err) : r;
}

/* Counts the arguments of calls of both recordings of which one does not have all values. */
static size_t count_unknown(const struct values_visit *visit)
{
	size_t i, count = 0;

	for (i = 0; i < visit->new.length; i++) {
		const struct argument *new = &visit->new.items[i];
		const struct argument *old =
			argument_set_find(&visit->old, new->abi, new->nr, new->index, new->offset);

		count += old && (old->unrecorded || new->unrecorded);
	}
	return count;
}

static int compare_on(struct diff_pair *pair, const struct recording *old,
		      const struct recording *new, enum machine machine, bool denied,
		      size_t *unknown, struct error *err)
{
	_cleanup_(visit_finish) struct values_visit visit = {
		.pair = pair,
		.machine = machine,
		.denied = denied,
	};
	size_t i;
	int r;

	if ((r = recording_unite_arguments(old, machine, denied, &visit.old, err)) < 0 ||
	    (r = recording_unite_arguments(new, machine, denied, &visit.new, err)) < 0)
		return r;
	*unknown += count_unknown(&visit);
	for (i = 0; i < visit.new.length &&r == 0; i++)
		r = compare_argument(&visit, &visit.new.items[i], err);
	return r;
}

int pair_add_values(struct diff_pair *pair, const struct recording *old,
		    const struct recording *new, struct error *err)
{
	size_t unknown = 0;
	int machine, r = 0;

	for (machine = 0; machine < MACHINE_COUNT && r == 0; machine++) {
		r = compare_on(pair, old, new, machine, false, &unknown, err);
		if (r == 0)
			r = compare_on(pair, old, new, machine, true, &unknown, err);
	}
	if (r == 0 && unknown)
		r = pair_add_note(pair, err,
				  "not all values of %zu argument%s were recorded, so new ones may "
				  "be missing here",
				  unknown, unknown == 1 ? "" : "s");
	return r;
}

static const struct argument_value *find_value(const struct observation *observation,
					       const struct change *change, const char *scmp_arch)
{
	const struct change_value *used = &change->used;
	const struct argument_set *set = used->denied ? &observation->denied_arguments :
							&observation->arguments;
	size_t i;

	for (i = 0; i < set->length; i++) {
		const struct argument *argument = &set->items[i];
		const char *call = syscall_name(observation->machine, argument->abi, argument->nr);
		const char *arch = abi_scmp_arch(observation->machine, argument->abi);

		if (call && arch && strcmp(call, change->call) == 0 &&
		    strcmp(arch, scmp_arch) == 0 && argument->index == used->row->index &&
		    argument->offset == used->row->offset)
			return argument_find_value(argument, used->value);
	}
	return NULL;
}

/* Returns the first use of the value in an observation, on any architecture of the change. */
static const struct argument_value *first_in(const struct observation *observation,
					     const struct change *change)
{
	const struct argument_value *first = NULL;
	size_t i;

	for (i = 0; i < change->architecture_count; i++) {
		const struct argument_value *value =
			find_value(observation, change, change->architectures[i]);

		if (value &&
		    (!first || (value->first_seen && value->first_seen < first->first_seen)))
			first = value;
	}
	return first;
}

int pair_explain_value(struct change *change, const struct recording *recording, struct error *err)
{
	const struct argument_value *first = NULL;
	const struct observation *where = NULL;
	size_t i;

	if (change->used.any)
		return 0;
	for (i = 0; i < recording->observation_count; i++) {
		const struct observation *observation = &recording->observations[i];
		const struct argument_value *value = first_in(observation, change);

		if (!value)
			continue;
		change->evidence.observations++;
		if (first && first->first_seen &&
		    (!value->first_seen || first->first_seen <= value->first_seen))
			continue;
		first = value;
		where = observation;
	}
	if (!first)
		return 0;
	memcpy(change->evidence.process, first->process, sizeof(change->evidence.process));
	change->evidence.first_seen = first->first_seen;
	change->evidence.origin = ORIGIN_OBSERVED;
	return change_evidence_place(&change->evidence, where, err);
}
