// SPDX-License-Identifier: Apache-2.0
#include "recording/argument_union.h"

#include "recording/recording.h"

/* Adds the arguments of one observation, after completing a copy of them. */
static int add_observation(struct argument_set *set, const struct observation *observation,
			   bool denied, struct error *err)
{
	const struct call_set *calls = denied ? &observation->denied : &observation->calls;
	_cleanup_(argument_set_finish) struct argument_set own = {};
	size_t i;
	int r = argument_set_merge_of(
		&own, denied ? &observation->denied_arguments : &observation->arguments, calls,
		observation->machine, err);

	for (i = 0; i < own.length && observation->losses[LOSS_LATE]; i++)
		if (!own.items[i].unrecorded)
			own.items[i].unrecorded = 1;
	return r < 0 ? r : argument_set_merge(set, &own, err);
}

int recording_unite_arguments(const struct recording *recording, enum machine machine, bool denied,
			      struct argument_set *ret_set, struct error *err)
{
	_cleanup_(argument_set_finish) struct argument_set set = {};
	size_t i;
	int r = 0;

	for (i = 0; i < recording->observation_count && r == 0; i++)
		if (recording->observations[i].machine == machine)
			r = add_observation(&set, &recording->observations[i], denied, err);
	if (r < 0)
		return r;
	*ret_set = set;
	set = (struct argument_set){};
	return 0;
}
