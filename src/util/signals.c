// SPDX-License-Identifier: Apache-2.0
#include "util/signals.h"

#include <errno.h>
#include <stddef.h>
#include <sys/signalfd.h>

#include "util/error.h"

const int signals_of_end[] = { SIGINT, SIGTERM, SIGHUP, 0 };

static sigset_t set_of(const int *signals)
{
	sigset_t set;

	sigemptyset(&set);
	for (; *signals; signals++)
		sigaddset(&set, *signals);
	return set;
}

void signals_block(const int *signals, sigset_t *ret_before)
{
	const sigset_t set = set_of(signals);

	sigprocmask(SIG_BLOCK, &set, ret_before);
}

int signals_open(const int *signals, int *ret_fd, struct error *err)
{
	const sigset_t set = set_of(signals);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);

	if (fd < 0)
		return error_set_errno(err, errno, "watch for signals");
	*ret_fd = fd;
	return 0;
}
