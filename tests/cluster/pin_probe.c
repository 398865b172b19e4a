// SPDX-License-Identifier: Apache-2.0
/*
 * pin_probe DIRECTORY - leaves BPF programs pinned, as a recorder that is killed does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "record/recorder.h"
#include "util/error.h"

int main(int argc, char **argv)
{
	const struct recorder_options options = {
		.mode = RECORDER_CGROUPS,
		.mark_new = true,
		.pins = argv[1],
		.slots = 64,
	};
	struct error err = ERROR_INIT;
	struct recorder *recorder;

	if (argc != 2 || recorder_create(&options, &recorder, &err) < 0 ||
	    recorder_attach(recorder, &err) < 0 || recorder_start(recorder, &err) < 0) {
		fprintf(stderr, "pin_probe: %s\n", error_message(&err));
		return 1;
	}
	/* Without recorder_stop(), which would remove the pins. */
	_exit(0);
}
