/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_ARGUMENT_UNION_H
#define RECORDING_ARGUMENT_UNION_H

#include <stdbool.h>

#include "recording/argument_set.h"

struct error;
struct recording;

/*
 * Unites what all observations of one machine have seen of the arguments of their calls or, with
 * denied, of their denied calls. Every recorded argument of every call that was made is in the
 * result: "unrecorded" is not 0 if an observation made the call and did not record the argument,
 * or began too late (LOSS_LATE) to know all of its values. The caller finishes ret_set.
 */
int recording_unite_arguments(const struct recording *recording, enum machine machine, bool denied,
			      struct argument_set *ret_set, struct error *err);

#endif
