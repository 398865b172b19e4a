// SPDX-License-Identifier: Apache-2.0
/*
 * answers CALL...: makes system calls and prints the result of each: 0, or the errno.
 *
 * A call is NR[,ARGUMENT...]. Each argument is 64 bits wide, and 0 if not given. "i386:NR" goes
 * through the 32-bit gate. The program is linked statically, so that its other calls do not
 * depend on its container.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS 6

#if defined(__x86_64__)
static long call_i386(long nr)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(0L), "c"(0L), "d"(0L), "S"(0L), "D"(0L)
			 : "memory");
	return result;
}
#endif

static int answer(const char *word)
{
	unsigned long long arguments[ARGUMENTS] = {};
	char *end;
	long nr;

#if defined(__x86_64__)
	if (strncmp(word, "i386:", 5) == 0) {
		long result = call_i386(atol(word + 5));

		return result < 0 ? -result : 0;
	}
#endif
	nr = strtol(word, &end, 0);
	for (int i = 0; i < ARGUMENTS && *end == ','; i++)
		arguments[i] = strtoull(end + 1, &end, 0);
	errno = 0;
	syscall(nr, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
		arguments[5]);
	return errno;
}

int main(int argc, char **argv)
{
	char text[1024];
	int length = 0;

	/*
	 * Prints once, at the end, because a call that the test denies may be one that printing
	 * needs.
	 */
	for (int i = 1; i < argc && length < (int)sizeof(text) - 16; i++)
		length += snprintf(text + length, 16, "%s%d", i > 1 ? " " : "", answer(argv[i]));
	text[length++] = '\n';
	return write(STDOUT_FILENO, text, length) == length ? 0 : 1;
}
