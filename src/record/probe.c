// SPDX-License-Identifier: Apache-2.0
#include "record/probe.h"

int probe_load(enum recorder_hook hook, struct error *err)
{
	const struct recorder_options options = {
		.hook = hook,
		.watch_denied = true,
		.slots = 1,
	};
	_cleanup_recorder_ struct recorder *recorder = NULL;
	int r = recorder_create(&options, &recorder, err);

	if (r < 0)
		return r;
	r = recorder_attach(recorder, err);
	if (r < 0)
		return r;
	return recorder_start(recorder, err);
}
