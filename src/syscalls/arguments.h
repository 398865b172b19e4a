/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCALLS_ARGUMENTS_H
#define SYSCALLS_ARGUMENTS_H

/*
 * The arguments of system calls whose values are recorded. tools/gen-arguments makes the tables
 * from src/syscalls/arguments.tbl, whose head explains them. Everything returned is constant.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls/syscalls.h"

enum argument_kind {
	ARGUMENT_VALUE,	  /* each value is kept */
	ARGUMENT_FLAGS,	  /* each flag is kept; 0 if none was set */
	ARGUMENT_PRESENT, /* 0 or 1: whether the value was not 0 */
};

/* The structure has no argument with its size. */
#define ARGUMENT_NO_SIZE UINT8_MAX

struct syscall_argument {
	const char *call;
	uint8_t index;	 /* of the argument, from 0 */
	uint8_t size;	 /* index of the argument with the structure's size, or ARGUMENT_NO_SIZE */
	uint16_t offset; /* in the structure that the argument points to */
	bool memory;	 /* there is such a structure; otherwise the argument is the value */
	enum argument_kind kind;
	uint32_t ignored; /* bits that are cleared before the value is kept */
	bool condition;	  /* a profile compares this argument of the call */
	uint16_t names;	  /* the first of its names in value_names[] */
	uint16_t name_count;
};

/* Element 0 is none. */
extern const struct syscall_argument syscall_arguments[];
extern const size_t syscall_argument_count;

/* A name of a value, by src/syscalls/value-names.tbl. */
struct value_name {
	uint32_t value;
	enum machine machine; /* MACHINE_COUNT: all machines */
	const char *name;
};

extern const struct value_name value_names[];

/* Returns the name of an argument's value in the headers of the kernel, such as AF_INET, or NULL. */
const char *argument_value_name(enum machine machine, const struct syscall_argument *argument,
				uint32_t value);

/* Size of the longest text of a value. */
#define ARGUMENT_VALUE_TEXT_SIZE 64

/* Describes a value for people, such as "AF_INET (0x2)", or "0x99" without a name. */
const char *argument_value_text(enum machine machine, const struct syscall_argument *argument,
				uint32_t value, char text[ARGUMENT_VALUE_TEXT_SIZE]);

/* Calls with higher numbers have no recorded arguments: the limit of the BPF program's bitmaps. */
#define ARGUMENT_NUMBERS 576

/* The rows of syscall_arguments[] for one call of an ABI. */
struct argument_span {
	uint8_t first; /* 0: the call has no recorded arguments */
	uint8_t count;
};

/* Returns the rows of a call; none if the machine has no such ABI. */
struct argument_span syscall_arguments_of(enum machine machine, enum abi abi, uint32_t nr);

/*
 * Returns the argument of a call by its place, or NULL if it is not recorded. offset is 0 for an
 * argument that is no pointer.
 */
const struct syscall_argument *syscall_argument_at(enum machine machine, enum abi abi, uint32_t nr,
						   uint8_t index, uint16_t offset);

/* The generated spans, by number. */
extern const struct argument_span argument_spans_x86_64[ARGUMENT_NUMBERS];
extern const struct argument_span argument_spans_i386[ARGUMENT_NUMBERS];
extern const struct argument_span argument_spans_x32[ARGUMENT_NUMBERS];
extern const struct argument_span argument_spans_aarch64[ARGUMENT_NUMBERS];
extern const struct argument_span argument_spans_arm[ARGUMENT_NUMBERS];

#endif
