// SPDX-License-Identifier: Apache-2.0
#include "seccomp/kill_log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* PRINTK_MESSAGE_MAX of the kernel: the buffer size that a reader needs. */
#define RECORD_SIZE 2048

int kill_log_open(void)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (log >= 0 && lseek(log, 0, SEEK_END) < 0) {
		close(log);
		return -1;
	}
	return log;
}

/* Reads the number that follows name, such as " pid=". */
static bool field(const char *record, const char *name, int base, unsigned long *ret_value)
{
	const char *at = strstr(record, name);
	char *end;

	if (!at)
		return false;
	at += strlen(name);
	errno = 0;
	*ret_value = strtoul(at, &end, base);
	return errno == 0 && end != at;
}

/*
 * A process cannot forge a field through its name: the kernel writes names with spaces in
 * hexadecimal.
 */
bool kill_log_parse(const char *record, struct killed *ret_killed)
{
	unsigned long pid, signal, audit, nr;
	const char *text = strstr(record, "audit: type=1326 ");

	if (!text || !field(text, " pid=", 10, &pid) || !field(text, " sig=", 10, &signal) ||
	    signal != SIGSYS || !field(text, " arch=", 16, &audit) ||
	    !field(text, " syscall=", 10, &nr))
		return false;
	*ret_killed = (struct killed){ .pid = pid, .audit = audit, .nr = nr };
	return true;
}

bool kill_log_find(int log, pid_t pid, struct killed *ret_killed)
{
	char record[RECORD_SIZE + 1];
	struct killed killed;
	ssize_t length;

	while (log >= 0) {
		length = read(log, record, RECORD_SIZE);
		if (length < 0 && errno == EPIPE)
			continue; /* the next record was overwritten meanwhile */
		if (length <= 0)
			return false;
		record[length] = '\0';
		if (kill_log_parse(record, &killed) && killed.pid == pid) {
			*ret_killed = killed;
			return true;
		}
	}
	return false;
}
