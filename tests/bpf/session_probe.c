// SPDX-License-Identifier: Apache-2.0
/*
 * A second front end of the session, without signals, terminal, log and files:
 *
 *	session_probe COMMAND [ARG]...
 *
 * Records the command and prints the recording.
 */
#include <stdio.h>

#include "recording/recording.h"
#include "recording/recording_format.h"
#include "selection/target.h"
#include "session/completion.h"
#include "session/session.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/notes.h"

static void leave_loop(void *loop)
{
	loop_stop(loop);
}

static int print_recording(struct session *session, struct error *err)
{
	const struct completion_options options = { .runtime = "none" };
	_cleanup_recording_ struct recording recording = {};
	_cleanup_notes_ struct notes notes = {};
	_cleanup_free_ char *text = NULL;
	int r = session_collect(session, &options, &recording, &notes, err);

	if (r == 0)
		r = recording_write(&recording, &text, err);
	if (r == 0)
		fputs(text, stdout);
	return r;
}

static int record(char **argv, struct error *err)
{
	const struct target_request request = { .command = argv, .command_to_stderr = true };
	const struct session_options options = { .progress_every = 1000000000LL };
	_cleanup_target_ struct target *target = NULL;
	_cleanup_loop_ struct loop *loop = NULL;
	_cleanup_session_ struct session *session = NULL;
	struct session_handler handler = { .ended = leave_loop };
	int r = target_create(&request, &target, err);

	if (r == 0)
		r = loop_create(&loop, err);
	if (r < 0)
		return r;
	handler.data = loop;
	r = session_start(&options, &handler, target, loop, &session, err);
	if (r == 0)
		r = loop_run(loop, err);
	if (r == 0)
		r = session_stop(session, err);
	return r < 0 ? r : print_recording(session, err);
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (argc > 1 && record(argv + 1, &err) == 0)
		return 0;
	fprintf(stderr, "session_probe: %s\n", error_message(&err));
	return 1;
}
