// SPDX-License-Identifier: Apache-2.0
#include "seccomp/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/error.h"

void filter_finish(struct filter *filter)
{
	free(filter->instructions);
	*filter = (struct filter){};
}

/* The instructions of seccomp: those of classic BPF without packet offsets, modulo and MSH. */
static bool is_known(uint16_t code)
{
	switch (code) {
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_ALU | BPF_ADD | BPF_K:
	case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K:
	case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K:
	case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_K:
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K:
	case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_XOR | BPF_K:
	case BPF_ALU | BPF_XOR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_LSH | BPF_X:
	case BPF_ALU | BPF_RSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_ALU | BPF_NEG:
	case BPF_JMP | BPF_JA:
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X:
		return true;
	}
	return false;
}

static bool is_return(uint16_t code)
{
	return BPF_CLASS(code) == BPF_RET;
}

static bool is_jump(uint16_t code)
{
	return BPF_CLASS(code) == BPF_JMP;
}

static bool uses_scratch(uint16_t code)
{
	return code == (BPF_LD | BPF_MEM) || code == (BPF_LDX | BPF_MEM) || code == BPF_ST ||
	       code == BPF_STX;
}

/* Returns the fault of an operand, or NULL. left is the number of instructions after it. */
static const char *operand_fault(const struct sock_filter *instruction, size_t left)
{
	uint16_t code = instruction->code;
	uint32_t k = instruction->k;

	if (code == (BPF_LD | BPF_W | BPF_ABS) && (k % 4 || k >= sizeof(struct seccomp_data)))
		return "reads outside struct seccomp_data";
	if (code == (BPF_ALU | BPF_DIV | BPF_K) && k == 0)
		return "divides by zero";
	if ((code == (BPF_ALU | BPF_LSH | BPF_K) || code == (BPF_ALU | BPF_RSH | BPF_K)) && k >= 32)
		return "shifts by more than a word has";
	if (uses_scratch(code) && k >= BPF_MEMWORDS)
		return "names a scratch word that does not exist";
	if (code == (BPF_JMP | BPF_JA) && k >= left)
		return "jumps out of the program";
	if (is_jump(code) && code != (BPF_JMP | BPF_JA) &&
	    (instruction->jt >= left || instruction->jf >= left))
		return "jumps out of the program";
	return NULL;
}

/*
 * As the kernel's check_load_and_stores(): every path to a read of a scratch word has to write
 * the word before.
 */
static int check_scratch(const struct filter *filter, struct error *err)
{
	_cleanup_free_ uint16_t *written = malloc(filter->length * sizeof(*written));
	uint16_t known = 0;
	size_t i;

	if (!written)
		return error_nomem(err);
	memset(written, 0xff, filter->length * sizeof(*written));
	for (i = 0; i < filter->length; i++) {
		const struct sock_filter *in = &filter->instructions[i];

		known &= written[i];
		if (in->code == BPF_ST || in->code == BPF_STX) {
			known |= 1u << in->k;
		} else if (uses_scratch(in->code)) {
			if (!(known & (1u << in->k)))
				return error_set(
					err, EINVAL,
					"instruction %zu reads a scratch word that was not "
					"written",
					i);
		} else if (in->code == (BPF_JMP | BPF_JA)) {
			written[i + 1 + in->k] &= known;
			known = 0xffff;
		} else if (is_jump(in->code)) {
			written[i + 1 + in->jt] &= known;
			written[i + 1 + in->jf] &= known;
			known = 0xffff;
		}
	}
	return 0;
}

int filter_check(const struct filter *filter, struct error *err)
{
	size_t i;

	if (filter->length == 0 || filter->length > BPF_MAXINSNS)
		return error_set(err, EINVAL,
				 "a filter has 1 to %d instructions, and this one has %zu",
				 BPF_MAXINSNS, filter->length);
	for (i = 0; i < filter->length; i++) {
		const struct sock_filter *in = &filter->instructions[i];
		const char *fault = NULL;

		if (!is_known(in->code))
			fault = "is none of seccomp's";
		else
			fault = operand_fault(in, filter->length - i - 1);
		if (fault)
			return error_set(err, EINVAL, "instruction %zu (code 0x%x, k 0x%x) %s", i,
					 in->code, in->k, fault);
	}
	if (!is_return(filter->instructions[filter->length - 1].code))
		return error_set(err, EINVAL, "the last instruction does not return");
	return check_scratch(filter, err);
}

/* The number of 32-bit words in struct seccomp_data. Filters load it word by word. */
#define WORD_COUNT (sizeof(struct seccomp_data) / sizeof(uint32_t))

static void put_wide(uint32_t words[2], uint64_t value, bool big_endian)
{
	words[big_endian ? 1 : 0] = (uint32_t)value;
	words[big_endian ? 0 : 1] = value >> 32;
}

static void put_data(uint32_t words[WORD_COUNT], const struct seccomp_data *data, bool big_endian)
{
	size_t i;

	words[0] = data->nr;
	words[1] = data->arch;
	put_wide(&words[2], data->instruction_pointer, big_endian);
	for (i = 0; i < 6; i++)
		put_wide(&words[4 + 2 * i], data->args[i], big_endian);
}

static uint32_t compute(uint16_t operation, uint32_t a, uint32_t b)
{
	switch (operation) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return a / b;
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return a << (b & 31);
	case BPF_RSH:
		return a >> (b & 31);
	default:
		return -a; /* BPF_NEG */
	}
}

static bool compare(uint16_t operation, uint32_t a, uint32_t b)
{
	switch (operation) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGE:
		return a >= b;
	case BPF_JGT:
		return a > b;
	default:
		return a & b; /* BPF_JSET */
	}
}

/* The registers and data of a running filter. */
struct run {
	uint32_t a, x;
	uint32_t scratch[BPF_MEMWORDS];
	uint32_t words[WORD_COUNT];
};

/* Runs any instruction but jumps and returns. False if it divides by zero: the filter ends. */
static bool step(struct run *run, const struct sock_filter *in)
{
	uint32_t operand = BPF_SRC(in->code) == BPF_X ? run->x : in->k;

	switch (BPF_CLASS(in->code)) {
	case BPF_LD:
		run->a = BPF_MODE(in->code) == BPF_ABS ? run->words[in->k / 4] :
			 BPF_MODE(in->code) == BPF_LEN ? sizeof(struct seccomp_data) :
			 BPF_MODE(in->code) == BPF_MEM ? run->scratch[in->k] :
							 in->k;
		break;
	case BPF_LDX:
		run->x = BPF_MODE(in->code) == BPF_LEN ? sizeof(struct seccomp_data) :
			 BPF_MODE(in->code) == BPF_MEM ? run->scratch[in->k] :
							 in->k;
		break;
	case BPF_ST:
		run->scratch[in->k] = run->a;
		break;
	case BPF_STX:
		run->scratch[in->k] = run->x;
		break;
	case BPF_ALU:
		if (BPF_OP(in->code) == BPF_DIV && operand == 0)
			return false;
		run->a = compute(BPF_OP(in->code), run->a, operand);
		break;
	default: /* BPF_MISC */
		if (BPF_MISCOP(in->code) == BPF_TAX)
			run->x = run->a;
		else
			run->a = run->x;
		break;
	}
	return true;
}

/* True if an instruction loads a part of an argument. */
static bool reads_argument(const struct sock_filter *in)
{
	return in->code == (BPF_LD | BPF_W | BPF_ABS) &&
	       in->k >= offsetof(struct seccomp_data, args);
}

uint32_t filter_run(const struct filter *filter, const struct seccomp_data *data,
		    struct filter_trace *ret_trace)
{
	const struct sock_filter *in = filter->instructions, *end = in + filter->length;
	struct filter_trace trace = {};
	struct run run = {};
	uint32_t verdict = 0;

	put_data(run.words, data, filter->big_endian);
	for (; in < end; in++) {
		trace.steps++;
		/* A fast path: this is most of what filters run, and proofs run them often. */
		if (in->code == (BPF_JMP | BPF_JEQ | BPF_K)) {
			in += run.a == in->k ? in->jt : in->jf;
			continue;
		}
		if (is_return(in->code)) {
			verdict = BPF_RVAL(in->code) == BPF_A ? run.a : in->k;
			break;
		}
		trace.reads_arguments |= reads_argument(in);
		if (in->code == (BPF_JMP | BPF_JA))
			in += in->k;
		else if (is_jump(in->code))
			in += compare(BPF_OP(in->code), run.a,
				      BPF_SRC(in->code) == BPF_X ? run.x : in->k) ?
				      in->jt :
				      in->jf;
		else if (!step(&run, in))
			break;
	}
	if (ret_trace)
		*ret_trace = trace;
	return verdict;
}

size_t filter_longest_path(const struct filter *filter)
{
	size_t longest[BPF_MAXINSNS];
	size_t i;

	/*
	 * Jumps only lead forward. So going backward, all paths after an instruction are known.
	 */
	for (i = filter->length; i-- > 0;) {
		const struct sock_filter *in = &filter->instructions[i];

		longest[i] = 1;
		if (is_return(in->code))
			continue;
		if (in->code == (BPF_JMP | BPF_JA))
			longest[i] += longest[i + 1 + in->k];
		else if (is_jump(in->code) && longest[i + 1 + in->jt] > longest[i + 1 + in->jf])
			longest[i] += longest[i + 1 + in->jt];
		else if (is_jump(in->code))
			longest[i] += longest[i + 1 + in->jf];
		else
			longest[i] += longest[i + 1];
	}
	return longest[0];
}

int filter_notify_instead(const struct filter *filter, struct filter *ret_notify, struct error *err)
{
	struct filter notify = { .length = filter->length, .big_endian = filter->big_endian };
	size_t i;

	notify.instructions = calloc(filter->length, sizeof(*notify.instructions));
	if (!notify.instructions)
		return error_nomem(err);
	for (i = 0; i < filter->length; i++) {
		struct sock_filter instruction = filter->instructions[i];
		uint32_t action = instruction.k & SECCOMP_RET_ACTION_FULL;

		if (instruction.code == (BPF_RET | BPF_K) && action != SECCOMP_RET_ALLOW &&
		    action != SECCOMP_RET_LOG)
			instruction.k = SECCOMP_RET_USER_NOTIF;
		notify.instructions[i] = instruction;
	}
	*ret_notify = notify;
	return 0;
}
