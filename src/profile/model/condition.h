/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MODEL_CONDITION_H
#define PROFILE_MODEL_CONDITION_H

/* Conditions on one argument, as libseccomp understands them. */
#include <stdbool.h>
#include <stdint.h>

#include "profile/model/model.h"

/*
 * One spelling for each condition: values have the width of the arguments, a masked value has no
 * bits outside of its mask, and a full mask is COMPARE_EQ. Returns false, and nothing, where the
 * mask is empty: libseccomp takes that for no condition.
 */
bool condition_normalize(const struct condition *condition, bool narrow,
			 struct condition *ret_condition);

bool condition_equal(const struct condition *a, const struct condition *b);

bool condition_holds(const struct condition *condition, uint64_t argument);

#endif
