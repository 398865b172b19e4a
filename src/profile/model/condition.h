/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_MODEL_CONDITION_H
#define PROFILE_MODEL_CONDITION_H

/* Conditions on one argument, as libseccomp understands them. */
#include <stdbool.h>
#include <stdint.h>

#include "profile/model/model.h"

/*
 * Brings a condition into its only normal form: values have the width of the arguments (32 bits
 * if narrow), a masked value has no bits outside its mask, and a full mask becomes COMPARE_EQ.
 * Returns false and sets nothing if the mask is empty: libseccomp treats that as no condition.
 */
bool condition_normalize(const struct condition *condition, bool narrow,
			 struct condition *ret_condition);

bool condition_equal(const struct condition *a, const struct condition *b);

bool condition_holds(const struct condition *condition, uint64_t argument);

#endif
