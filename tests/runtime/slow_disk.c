// SPDX-License-Identifier: Apache-2.0
/*
 * slow_disk PID DIRECTORY: holds a process that opens a file of the directory, as a disk that
 * hangs would, until standard input ends. Other processes are let through.
 *
 * Prints "ready", and "held" for each file that is held. Exit status 77 if this kernel cannot
 * do that.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <unistd.h>

#define HELD_MAX 64

static int held[HELD_MAX];
static int held_count;

static void let_go(int notify, int file)
{
	const struct fanotify_response response = { .fd = file, .response = FAN_ALLOW };

	if (write(notify, &response, sizeof(response)) < 0)
		perror("slow_disk: answer");
	close(file);
}

static void take_events(int notify, pid_t victim)
{
	struct fanotify_event_metadata events[16], *event = events;
	ssize_t size = read(notify, events, sizeof(events));

	for (; FAN_EVENT_OK(event, size); event = FAN_EVENT_NEXT(event, size)) {
		if (event->pid != victim || held_count == HELD_MAX) {
			let_go(notify, event->fd);
			continue;
		}
		held[held_count++] = event->fd;
		puts("held");
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	struct pollfd polled[2] = { { .events = POLLIN }, { .fd = 0, .events = POLLIN } };
	pid_t victim = argc == 3 ? atoi(argv[1]) : 0;
	char byte;

	if (victim <= 0)
		return 2;
	polled[0].fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);
	if (polled[0].fd < 0 ||
	    fanotify_mark(polled[0].fd, FAN_MARK_ADD, FAN_OPEN_PERM | FAN_EVENT_ON_CHILD, AT_FDCWD,
			  argv[2]) < 0) {
		perror("slow_disk");
		return 77;
	}
	puts("ready");
	fflush(stdout);
	while (poll(polled, 2, -1) > 0 || errno == EINTR) {
		if (polled[0].revents)
			take_events(polled[0].fd, victim);
		if (polled[1].revents && read(0, &byte, 1) <= 0)
			break;
	}
	while (held_count)
		let_go(polled[0].fd, held[--held_count]);
	return 0;
}
