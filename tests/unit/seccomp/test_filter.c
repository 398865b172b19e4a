// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "seccomp/filter.h"
#include "util/array.h"
#include "util/error.h"

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define RETURN_A BPF_STMT(BPF_RET | BPF_A, 0)

#define PROGRAM_MAX 8

/* Programs that seccomp(2) refuses to load. */
static const struct {
	struct sock_filter program[PROGRAM_MAX];
	size_t length;
	const char *message;
} refused[] = {
	{ { RETURN(0) }, 0, "a filter has 1 to 4096 instructions, and this one has 0" },
	{ { LOAD(0) }, 1, "the last instruction does not return" },
	{ { LOAD(64), RETURN(0) },
	  2,
	  "instruction 0 (code 0x20, k 0x40) reads outside struct seccomp_data" },
	{ { LOAD(2), RETURN(0) },
	  2,
	  "instruction 0 (code 0x20, k 0x2) reads outside struct seccomp_data" },
	{ { BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), RETURN(0) },
	  2,
	  "instruction 0 (code 0x30, k 0x0) is none of seccomp's" },
	{ { BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3), RETURN(0) },
	  2,
	  "instruction 0 (code 0x94, k 0x3) is none of seccomp's" },
	{ { BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RETURN(0) },
	  2,
	  "instruction 0 (code 0x34, k 0x0) divides by zero" },
	{ { BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), RETURN(0) },
	  2,
	  "instruction 0 (code 0x64, k 0x20) shifts by more than a word has" },
	{ { BPF_STMT(BPF_JMP | BPF_JA, 1), RETURN(0) },
	  2,
	  "instruction 0 (code 0x5, k 0x1) jumps out of the program" },
	{ { BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX), RETURN(0) },
	  2,
	  "instruction 0 (code 0x5, k 0xffffffff) jumps out of the program" },
	{ { BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), RETURN(0) },
	  2,
	  "instruction 0 (code 0x15, k 0x0) jumps out of the program" },
	{ { BPF_STMT(BPF_ST, 16), RETURN(0) },
	  2,
	  "instruction 0 (code 0x2, k 0x10) names a scratch word that does not exist" },
	{ { BPF_STMT(BPF_LD | BPF_MEM, 0), RETURN(0) },
	  2,
	  "instruction 0 reads a scratch word that was not written" },
	{ { LOAD(0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1), BPF_STMT(BPF_ST, 1),
	    BPF_STMT(BPF_LDX | BPF_MEM, 1), RETURN(0) },
	  5,
	  "instruction 3 reads a scratch word that was not written" },
};

static void what_the_kernel_refuses_is_refused(void **state)
{
	size_t i;

	for (i = 0; i < array_size(refused); i++) {
		struct filter filter = { (struct sock_filter *)refused[i].program,
					 refused[i].length, false };
		_cleanup_error_ struct error err = ERROR_INIT;

		assert_int_equal(filter_check(&filter, &err), -EINVAL);
		assert_string_equal(error_message(&err), refused[i].message);
	}
}

static void more_than_the_kernel_takes_is_refused(void **state)
{
	struct sock_filter instructions[BPF_MAXINSNS + 1];
	struct filter filter = { instructions, BPF_MAXINSNS, false };
	size_t i;

	for (i = 0; i < array_size(instructions); i++)
		instructions[i] = (struct sock_filter)RETURN(i);
	assert_int_equal(filter_check(&filter, NULL), 0);
	filter.length++;
	assert_int_equal(filter_check(&filter, NULL), -EINVAL);
}

#define NR 0x01020304u
#define ARGUMENT UINT64_C(0x1122334455667788)

/* Each operation, and its result with the data below. */
static const struct {
	struct sock_filter program[PROGRAM_MAX];
	size_t length;
	uint32_t verdict;
} operations[] = {
	{ { RETURN(7) }, 1, 7 },
	{ { LOAD(0), RETURN_A }, 2, NR },
	{ { LOAD(4), RETURN_A }, 2, 0xc000003e },
	{ { LOAD(8), RETURN_A }, 2, 0xddeeff00 },
	{ { LOAD(12), RETURN_A }, 2, 0xaabbcc },
	{ { LOAD(16), RETURN_A }, 2, 0x55667788 },
	{ { LOAD(20), RETURN_A }, 2, 0x11223344 },
	{ { LOAD(60), RETURN_A }, 2, 5 },
	{ { BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RETURN_A }, 2, 64 },
	{ { BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0), RETURN_A },
	  3,
	  64 },
	{ { LOAD(0), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, UINT32_MAX), RETURN_A }, 3, NR - 1 },
	{ { LOAD(0), BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 4), RETURN_A }, 3, NR - 4 },
	{ { LOAD(0), BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 0x100), RETURN_A }, 3, 0x02030400 },
	{ { LOAD(0), BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0x100), RETURN_A }, 3, 0x010203 },
	{ { LOAD(0), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff), RETURN_A }, 3, 4 },
	{ { LOAD(0), BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 0xf0), RETURN_A }, 3, 0x010203f4 },
	{ { LOAD(0), BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, NR), RETURN_A }, 3, 0 },
	{ { LOAD(0), BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 8), RETURN_A }, 3, 0x02030400 },
	{ { LOAD(0), BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 8), RETURN_A }, 3, 0x010203 },
	{ { LOAD(60), BPF_STMT(BPF_ALU | BPF_NEG, 0), RETURN_A }, 3, (uint32_t)-5 },
	{ { LOAD(60), BPF_STMT(BPF_MISC | BPF_TAX, 0), LOAD(0),
	    BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0), RETURN_A },
	  5,
	  NR + 5 },
	{ { LOAD(0), BPF_STMT(BPF_LDX | BPF_IMM, 0), BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
	    RETURN(7) },
	  4,
	  0 },
	{ { LOAD(0), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_IMM, 9),
	    BPF_STMT(BPF_LDX | BPF_MEM, 3), BPF_STMT(BPF_STX, 4), BPF_STMT(BPF_LD | BPF_MEM, 4),
	    RETURN_A },
	  7,
	  NR },
	{ { BPF_STMT(BPF_JMP | BPF_JA, 1), RETURN(1), RETURN(2) }, 3, 2 },
	{ { LOAD(60), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 5, 0, 1), RETURN(1), RETURN(2) }, 4, 1 },
	{ { LOAD(60), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 0, 1), RETURN(1), RETURN(2) }, 4, 2 },
	{ { LOAD(60), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 0, 1), RETURN(1), RETURN(2) }, 4, 2 },
	{ { LOAD(60), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 5, 0, 1), RETURN(1), RETURN(2) }, 4, 1 },
	{ { LOAD(60), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 4, 0, 1), RETURN(1), RETURN(2) }, 4, 1 },
	{ { LOAD(60), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 2, 0, 1), RETURN(1), RETURN(2) }, 4, 2 },
	{ { LOAD(60), BPF_STMT(BPF_MISC | BPF_TAX, 0), LOAD(0),
	    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_X, 0, 0, 1), RETURN(1), RETURN(2) },
	  6,
	  1 },
};

static const struct seccomp_data data = {
	.nr = NR,
	.arch = 0xc000003e,
	.instruction_pointer = UINT64_C(0x00aabbccddeeff00),
	.args = { ARGUMENT, 1, 2, 3, 4, UINT64_C(0x0000000500000006) },
};

static void each_operation_does_what_the_kernel_does(void **state)
{
	size_t i;

	for (i = 0; i < array_size(operations); i++) {
		struct filter filter = { (struct sock_filter *)operations[i].program,
					 operations[i].length, false };
		struct filter_trace trace;

		assert_int_equal(filter_check(&filter, NULL), 0);
		assert_int_equal(filter_run(&filter, &data, &trace), operations[i].verdict);
		assert_true(trace.steps > 0 && trace.steps <= operations[i].length);
	}
}

static void a_run_tells_whether_it_looked_at_arguments(void **state)
{
	struct sock_filter program[] = {
		LOAD(0),   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NR, 0, 2),
		LOAD(12), /* the instruction pointer */
		RETURN_A,  LOAD(16),
		RETURN(0),
	};
	struct filter filter = { program, array_size(program), false };
	struct seccomp_data other = { .nr = NR + 1 };
	struct filter_trace trace;

	filter_run(&filter, &data, &trace);
	assert_int_equal(trace.steps, 4);
	assert_false(trace.reads_arguments);
	filter_run(&filter, &other, &trace);
	assert_int_equal(trace.steps, 4);
	assert_true(trace.reads_arguments);
}

static void a_big_endian_machine_has_the_upper_half_first(void **state)
{
	struct sock_filter first[] = { LOAD(16), RETURN_A }, second[] = { LOAD(20), RETURN_A };
	struct filter filter = { first, 2, true };

	assert_int_equal(filter_run(&filter, &data, NULL), 0x11223344);
	filter.instructions = second;
	assert_int_equal(filter_run(&filter, &data, NULL), 0x55667788);
}

static void the_longest_path_is_counted(void **state)
{
	struct sock_filter program[] = {
		LOAD(0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 3),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		RETURN(0),
		RETURN(1),
		LOAD(4),
		LOAD(0),
		RETURN(2),
	};
	struct filter filter = { program, array_size(program), false };

	assert_int_equal(filter_longest_path(&filter), 5);
}

static void only_what_is_not_allowed_is_asked_about(void **state)
{
	struct sock_filter program[] = {
		RETURN(SECCOMP_RET_ALLOW),	 RETURN(SECCOMP_RET_LOG),
		RETURN(SECCOMP_RET_ERRNO | 38),	 RETURN(SECCOMP_RET_KILL_PROCESS),
		RETURN(SECCOMP_RET_TRAP),	 RETURN(SECCOMP_RET_TRACE | 3),
		RETURN(SECCOMP_RET_KILL_THREAD),
	};
	struct filter filter = { program, array_size(program), false };
	_cleanup_filter_ struct filter notify = {};
	size_t i;

	assert_int_equal(filter_notify_instead(&filter, &notify, NULL), 0);
	assert_int_equal(notify.length, filter.length);
	assert_int_equal(notify.instructions[0].k, SECCOMP_RET_ALLOW);
	assert_int_equal(notify.instructions[1].k, SECCOMP_RET_LOG);
	for (i = 2; i < array_size(program); i++)
		assert_int_equal(notify.instructions[i].k, SECCOMP_RET_USER_NOTIF);
	assert_int_equal(program[2].k, SECCOMP_RET_ERRNO | 38);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_kernel_refuses_is_refused),
		cmocka_unit_test(more_than_the_kernel_takes_is_refused),
		cmocka_unit_test(each_operation_does_what_the_kernel_does),
		cmocka_unit_test(a_run_tells_whether_it_looked_at_arguments),
		cmocka_unit_test(a_big_endian_machine_has_the_upper_half_first),
		cmocka_unit_test(the_longest_path_is_counted),
		cmocka_unit_test(only_what_is_not_allowed_is_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
