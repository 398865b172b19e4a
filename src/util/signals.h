/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_SIGNALS_H
#define UTIL_SIGNALS_H

/* Signals as something to read. Lists of signals end with 0. */
#include <signal.h>

struct error;

/* The signals that ask a program to end: SIGINT, SIGTERM and SIGHUP. */
extern const int signals_of_end[];

/* Blocks the signals for the calling thread. ret_before is the mask before, or NULL. */
void signals_block(const int *signals, sigset_t *ret_before);

/*
 * Opens a signalfd(2) that does not block; the caller closes ret_fd. Only blocked signals arrive
 * there.
 */
int signals_open(const int *signals, int *ret_fd, struct error *err);

#endif
