// SPDX-License-Identifier: Apache-2.0
/*
 * call NR[:ARGUMENT,...]...: makes each system call and exits. Arguments that are not given are -1.
 * "@" is a structure whose words of 32 bits are 0x1000, 0x1001 and so on.
 *
 * It uses no C library, so that it makes no other calls: between its execve and its exit_group
 * come exactly the calls of the command line. "i386:NR" makes a call of a 64-bit process
 * through the 32-bit gate. "x32:NR" sets bit 30. "-1" is a number that no kernel has. Built
 * with -m32, it is a real 32-bit process.
 */
#include <stddef.h>

#define X32_BIT 0x40000000L

/* The system's headers may lack numbers for a 32-bit process, so the number is written here. */
#if defined(__x86_64__)
#define NR_EXIT_GROUP 231
#elif defined(__i386__)
#define NR_EXIT_GROUP 252
#else
#define NR_EXIT_GROUP 94
#endif

#if defined(__x86_64__)

__asm__(".globl _start\n"
	"_start:\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call run\n");

static long call_native(long nr, const long arguments[6])
{
	register long r10 __asm__("r10") = arguments[3];
	register long r8 __asm__("r8") = arguments[4];
	register long r9 __asm__("r9") = arguments[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]),
			   "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__i386__)

__asm__(".globl _start\n"
	"_start:\n"
	"	mov %esp, %eax\n"
	"	and $-16, %esp\n"
	"	sub $12, %esp\n"
	"	push %eax\n"
	"	call run\n");

#elif defined(__aarch64__)

__asm__(".globl _start\n"
	"_start:\n"
	"	mov x0, sp\n"
	"	bl run\n");

static long call_native(long nr, const long arguments[6])
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = arguments[0];
	register long x1 __asm__("x1") = arguments[1];
	register long x2 __asm__("x2") = arguments[2];
	register long x3 __asm__("x3") = arguments[3];
	register long x4 __asm__("x4") = arguments[4];
	register long x5 __asm__("x5") = arguments[5];

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#endif

#if defined(__x86_64__) || defined(__i386__)

/* The sixth argument, in ebp, stays what it is. */
static long call_i386(long nr, const long arguments[6])
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(arguments[0]), "c"(arguments[1]), "d"(arguments[2]),
			   "S"(arguments[3]), "D"(arguments[4])
			 : "memory");
	return result;
}

#endif

#if defined(__i386__)
#define call_native call_i386
#endif

static int digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Parses a number with a sign or the prefix 0x, up to the first other character. */
static long parse_number(const char **word)
{
	const long sign = **word == '-' ? -1 : 1;
	int base = 10;
	long number = 0;

	if (**word == '-')
		++*word;
	if ((*word)[0] == '0' && (*word)[1] == 'x') {
		base = 16;
		*word += 2;
	}
	for (; digit_of(**word) < base; ++*word)
		number = number * base + digit_of(**word);
	return sign * number;
}

/* Parses NR[:ARGUMENT,...]. */
static long parse_call(const char *word, long arguments[6])
{
	static unsigned int structure[32];
	long nr = parse_number(&word);

	for (int i = 0; i < 32; i++)
		structure[i] = 0x1000 + i;
	for (int i = 0; i < 6; i++) {
		arguments[i] = -1;
		if (!*word)
			continue;
		word++; /* the colon or comma */
		if (*word == '@') {
			arguments[i] = (long)structure;
			word++;
		} else {
			arguments[i] = parse_number(&word);
		}
	}
	return nr;
}

#if defined(__x86_64__)

/* Returns the part of the word after the prefix, or NULL if it begins differently. */
static const char *after_prefix(const char *word, const char *prefix)
{
	while (*prefix && *word == *prefix) {
		word++;
		prefix++;
	}
	return *prefix ? NULL : word;
}

#endif

static void call_word(const char *word)
{
	long arguments[6];
#if defined(__x86_64__)
	const char *const compat = after_prefix(word, "i386:");
	const char *const x32 = after_prefix(word, "x32:");
	long nr = parse_call(compat ? compat : x32 ? x32 : word, arguments);

	if (compat)
		call_i386(nr, arguments);
	else
		call_native(x32 ? nr | X32_BIT : nr, arguments);
#else
	long nr = parse_call(word, arguments);

	call_native(nr, arguments);
#endif
}

/* The kernel leaves argc, argv[0], …, NULL on the stack. */
__attribute__((noreturn, used)) static void run(const long *stack)
{
	const char *const *const words = (const char *const *)(stack + 1);
	const long status[6] = {};

	for (long i = 1; i < stack[0]; i++)
		call_word(words[i]);
	for (;;)
		call_native(NR_EXIT_GROUP, status);
}
