// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "profile/semantics/semantics.h"

static const char *const effect_names[ACTION_COUNT] = {
	[ACTION_KILL_PROCESS] = "kill process",
	[ACTION_KILL_THREAD] = "kill thread",
	[ACTION_TRAP] = "trap",
	[ACTION_ERRNO] = "errno",
	[ACTION_NOTIFY] = "notify",
	[ACTION_TRACE] = "trace",
	[ACTION_LOG] = "log",
	[ACTION_ALLOW] = "allow",
};

bool effect_equal(struct effect a, struct effect b)
{
	return a.action == b.action && a.data == b.data;
}

const char *effect_text(struct effect effect, char buffer[EFFECT_TEXT_SIZE])
{
	const char *name = effect_names[effect.action], *symbol = NULL;

	if (effect.action == ACTION_ERRNO)
		symbol = strerrorname_np(effect.data);
	if (symbol && effect.data)
		snprintf(buffer, EFFECT_TEXT_SIZE, "%s %s", name, symbol);
	else if (effect.action == ACTION_ERRNO || effect.action == ACTION_TRACE)
		snprintf(buffer, EFFECT_TEXT_SIZE, "%s %u", name, effect.data);
	else
		snprintf(buffer, EFFECT_TEXT_SIZE, "%s", name);
	return buffer;
}

enum permission effect_permission(struct effect effect)
{
	switch (effect.action) {
	case ACTION_ALLOW:
	case ACTION_LOG:
		return PERMISSION_GRANTED;
	case ACTION_TRACE:
	case ACTION_NOTIFY:
		return PERMISSION_ASKED;
	default:
		return PERMISSION_REFUSED;
	}
}
