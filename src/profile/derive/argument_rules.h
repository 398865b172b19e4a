/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DERIVE_ARGUMENT_RULES_H
#define PROFILE_DERIVE_ARGUMENT_RULES_H

/* The rules of a profile for one call whose arguments matter. */
#include <stdbool.h>
#include <stddef.h>

#include "profile/model/model.h"

struct error;
struct seen;
struct seen_call;
struct semantics;

/* One rule of a call: its conditions, of which all must hold. */
struct argument_rule_conditions {
	struct condition items[2];
	size_t count;
};

/* The rules of one call, of which one is enough. A zeroed structure is empty and valid. */
struct argument_rules {
	struct argument_rule_conditions *items;
	size_t length;
	bool always; /* without conditions */
};

/* The default profile on the architectures of a derived profile; everything is borrowed. */
struct defaults {
	const struct semantics **items;
	size_t length;
};

/* The values that were seen, or no flag but those that were seen. */
int argument_rules_of_seen(const struct seen_call *call, struct argument_rules *rules,
			   struct error *err);

/*
 * What the default profile allows of the call, cut to what is common, and what was seen: clone
 * with the namespace flags that were seen and no others; socket with the usual families as far as
 * the default profile allows them and those that were seen; for other calls, all that the default
 * profile allows. It may allow more if the default profile has unusual rules: the caller proves
 * that it does not.
 */
int argument_rules_of_default(const struct seen_call *call, const struct seen *seen,
			      const struct defaults *defaults, struct argument_rules *rules,
			      struct error *err);

/* True for the calls that argument_rules_of_default() cuts even if a default allows all of them. */
bool argument_rules_are_cut(const char *name);

void argument_rules_finish(struct argument_rules *rules);

#endif
