// SPDX-License-Identifier: Apache-2.0
/*
 * call NR...: makes each system call with every argument -1 and exits.
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

static long call_native(long nr, long argument)
{
	register long r10 __asm__("r10") = argument;
	register long r8 __asm__("r8") = argument;
	register long r9 __asm__("r9") = argument;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(argument), "S"(argument), "d"(argument), "r"(r10), "r"(r8),
			   "r"(r9)
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

static long call_native(long nr, long argument)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = argument;
	register long x1 __asm__("x1") = argument;
	register long x2 __asm__("x2") = argument;
	register long x3 __asm__("x3") = argument;
	register long x4 __asm__("x4") = argument;
	register long x5 __asm__("x5") = argument;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#endif

#if defined(__x86_64__) || defined(__i386__)

static long call_i386(long nr, long argument)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(argument), "c"(argument), "d"(argument), "S"(argument),
			   "D"(argument)
			 : "memory");
	return result;
}

#endif

#if defined(__i386__)
#define call_native call_i386
#endif

static long parse_number(const char *word)
{
	const long sign = *word == '-' ? -1 : 1;
	long number = 0;

	if (*word == '-')
		word++;
	for (; *word >= '0' && *word <= '9'; word++)
		number = number * 10 + *word - '0';
	return sign * number;
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
#if defined(__x86_64__)
	const char *const compat = after_prefix(word, "i386:");
	const char *const x32 = after_prefix(word, "x32:");

	if (compat)
		call_i386(parse_number(compat), -1);
	else if (x32)
		call_native(parse_number(x32) | X32_BIT, -1);
	else
#endif
		call_native(parse_number(word), -1);
}

/* The kernel leaves argc, argv[0], …, NULL on the stack. */
__attribute__((noreturn, used)) static void run(const long *stack)
{
	const char *const *const arguments = (const char *const *)(stack + 1);

	for (long i = 1; i < stack[0]; i++)
		call_word(arguments[i]);
	for (;;)
		call_native(NR_EXIT_GROUP, 0);
}
