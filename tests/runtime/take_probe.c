// SPDX-License-Identifier: Apache-2.0
/*
 * A session that goes on, on a recorder that is pinned, as an agent has it:
 *
 *	take_probe PINS ENDPOINT SELECTOR NAMESPACE
 *
 * Says "started" or "taken over", and reads commands from its standard input. "take PREFIX" writes
 * PREFIX.ended and PREFIX.live, two recordings, and PREFIX.gaps. "stored" says that the last take
 * is stored. Each is answered with "done". Nothing but a signal ends it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording/recording_format.h"
#include "selection/target.h"
#include "session/completion.h"
#include "session/session.h"
#include "util/error.h"
#include "util/loop.h"

#define POLL_MS 1000

struct probe {
	struct loop *loop;
	struct loop_timer *timer;
	struct recorder *recorder;
	struct session *session;
};

static void fail(const struct error *err)
{
	fprintf(stderr, "take_probe: %s\n", error_message(err));
	exit(1);
}

static void succeed(int r, const struct error *err)
{
	if (r < 0)
		fail(err);
}

static FILE *open_result(const char *prefix, const char *what)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s.%s", prefix, what);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

static void write_recording(const char *prefix, const char *what, const struct recording *recording)
{
	struct error err = ERROR_INIT;
	FILE *file = open_result(prefix, what);
	char *text;

	succeed(recording_write(recording, &text, &err), &err);
	fputs(text, file);
	fclose(file);
	free(text);
}

static void take(struct probe *probe, const char *prefix)
{
	const struct completion_options options = { .runtime = "auto",
						    .no_new_privs = TRISTATE_UNKNOWN };
	struct session_taken taken = {};
	struct error err = ERROR_INIT;
	struct notes notes = {};
	FILE *gaps;
	size_t i;

	succeed(session_take(probe->session, &options, &taken, &notes, &err), &err);
	write_recording(prefix, "ended", &taken.ended);
	write_recording(prefix, "live", &taken.live);
	gaps = open_result(prefix, "gaps");
	for (i = 0; i < taken.gaps.count; i++)
		fprintf(gaps, "%s\n", taken.gaps.items[i]);
	fclose(gaps);
	session_taken_finish(&taken);
	notes_finish(&notes);
}

static void handle_command(int fd, unsigned int events, void *data)
{
	char line[4096] = "";
	struct probe *probe = data;
	ssize_t length = read(fd, line, sizeof(line) - 1);

	if (length <= 0)
		exit(1);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "take ", 5) == 0)
		take(probe, line + 5);
	else if (strcmp(line, "stored") == 0)
		session_stored(probe->session);
	puts("done");
}

static void poll_recorder(void *data)
{
	struct error err = ERROR_INIT;
	struct probe *probe = data;

	succeed(recorder_poll(probe->recorder, &err), &err);
	loop_start_timer(probe->timer, POLL_MS);
}

static void handle_recorder(int fd, unsigned int events, void *data)
{
	poll_recorder(data);
}

static void ended(void *data)
{
	const struct probe *probe = data;

	fail(session_interruption(probe->session));
}

static void start(struct probe *probe, char **argv)
{
	const struct recorder_options recorder_options = {
		.mode = RECORDER_CGROUPS,
		.mark_new = true,
		.watch_denied = true,
		.pins = argv[1],
		.slots = 4095,
	};
	const struct target_request request = {
		.runtime_endpoint = argv[2],
		.pods = argv[3],
		.pod_namespace = argv[4],
		.wait = true,
	};
	const struct session_handler handler = { .ended = ended, .data = probe };
	struct session_options options = { .durable = true, .progress_every = 1000000000LL };
	struct loop_fd *watch;
	struct target *target;
	struct error err = ERROR_INIT;

	succeed(recorder_create(&recorder_options, &probe->recorder, &err), &err);
	succeed(recorder_attach(probe->recorder, &err), &err);
	succeed(recorder_start(probe->recorder, &err), &err);
	succeed(loop_create(&probe->loop, &err), &err);
	succeed(target_create(&request, &target, &err), &err);
	options.recorder = probe->recorder;
	succeed(session_start(&options, &handler, target, probe->loop, &probe->session, &err),
		&err);
	succeed(loop_add_fd(probe->loop, recorder_fd(probe->recorder), LOOP_READ, handle_recorder,
			    probe, &watch, &err),
		&err);
	succeed(loop_add_fd(probe->loop, STDIN_FILENO, LOOP_READ, handle_command, probe, &watch,
			    &err),
		&err);
	succeed(loop_add_timer(probe->loop, poll_recorder, probe, &probe->timer, &err), &err);
	loop_start_timer(probe->timer, POLL_MS);
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	struct probe probe = {};

	if (argc != 5) {
		fprintf(stderr, "usage: see the top of the source\n");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	start(&probe, argv);
	puts(recorder_is_taken_over(probe.recorder) ? "taken over" : "started");
	succeed(loop_run(probe.loop, &err), &err);
	return 0;
}
