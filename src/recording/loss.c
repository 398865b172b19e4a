// SPDX-License-Identifier: Apache-2.0
#include "recording/loss.h"

static const struct {
	const char *name;
	const char *meaning;
} loss_texts[LOSS_COUNT] = {
	[LOSS_SLOTS] = { "slots", "there was no free slot for a container's system calls" },
	[LOSS_MAP] = { "map", "an update of a BPF map failed" },
	[LOSS_RECURSION] = { "recursion",
			     "the kernel skipped the BPF program for some system calls" },
	[LOSS_LATE] = { "late", "the container ran before the recording began" },
	[LOSS_DENIED] = { "denied", "a filter was in force before denied calls were watched" },
	[LOSS_EVENTS] = { "events", "events for the live view were lost, but no system call" },
	[LOSS_ARGUMENTS] = { "arguments",
			     "values of arguments could not be recorded, but no call is missing" },
};

const char *loss_name(enum loss loss)
{
	return loss_texts[loss].name;
}

const char *loss_meaning(enum loss loss)
{
	return loss_texts[loss].meaning;
}

bool loss_hides_calls(enum loss loss)
{
	return loss != LOSS_EVENTS && loss != LOSS_ARGUMENTS;
}
