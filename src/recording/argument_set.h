/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_ARGUMENT_SET_H
#define RECORDING_ARGUMENT_SET_H

/*
 * The values that were seen of the recorded arguments of an observation's calls
 * (syscalls/arguments.h).
 *
 * An argument of a call that was made, but that is not in the set, was not recorded: nothing is
 * known about its values. This is so in recordings of versions that recorded no arguments. An
 * argument can also be in the set with some values, and not be recorded for others:
 * struct argument has both.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/call_set.h"
#include "syscalls/syscalls.h"

struct error;
struct syscall_argument;

/* Limit of the values of an argument. If there are more, the argument is "any". */
#define ARGUMENT_VALUES_MAX 64

/* A value of an argument, or one of its flags (0: no flag was set). */
struct argument_value {
	uint32_t value;
	int64_t first_seen;		 /* ns since the epoch, 0 if unknown */
	char process[CALL_PROCESS_SIZE]; /* comm of the first that used it; "" if unknown */
};

/* All that was seen of one argument of one call. */
struct argument {
	uint32_t nr; /* the call, as in struct call */
	enum abi abi : 8;
	uint8_t index;	 /* of the argument, from 0 */
	uint16_t offset; /* in the structure that the argument points to; otherwise 0 */
	bool flags;	 /* each value is one flag, or 0 */
	bool any;	 /* there were more values than are kept */
	bool wide;	 /* the upper half of its 64 bits was not 0 at least once */
	bool runtime; /* the container's runtime makes the call too; its values are not recorded */
	uint32_t count;		       /* of values */
	uint64_t unrecorded;	       /* at least so often a value could not be recorded */
	struct argument_value *values; /* sorted by value, each once */
};

/* Arguments sorted by ABI, number, index and offset, each at most once. */
struct argument_set {
	struct argument *items;
	size_t length;
};

/* Returns the argument, or NULL. It is owned by the set, and valid until the set changes. */
const struct argument *argument_set_find(const struct argument_set *set, enum abi abi, uint32_t nr,
					 uint8_t index, uint16_t offset);

/* Returns an argument of a call without values, for argument_set_get(). */
struct argument argument_key(const struct syscall_argument *row, enum abi abi, uint32_t nr);

/*
 * Finds the argument with the call, index and offset of key, or adds it without values, with the
 * "flags" of key. ret_argument stays the set's, and is valid until an argument is added.
 */
int argument_set_get(struct argument_set *set, const struct argument *key,
		     struct argument **ret_argument, struct error *err);

/*
 * Adds a value. The earlier first_seen of a value wins, with its process. Beyond
 * ARGUMENT_VALUES_MAX the smallest values are kept, and the argument becomes "any".
 */
int argument_add_value(struct argument *argument, const struct argument_value *value,
		       struct error *err);

/* Returns the value of an argument, or NULL. Owned by the argument. */
const struct argument_value *argument_find_value(const struct argument *argument, uint32_t value);

/* Returns all flags that were set. */
uint32_t argument_flags(const struct argument *argument);

/* True if all values that the workload used are in the set. */
bool argument_is_known(const struct argument *argument);

/* Adds everything of other, which stays as it is. Commutative, associative and idempotent. */
int argument_set_merge(struct argument_set *set, const struct argument_set *other,
		       struct error *err);

/*
 * Notes for each of the calls whose arguments are recorded, but are not in the set, that they were
 * not. From then on, the absence of an argument from the set means that its call was not made, so
 * that two such sets can be merged.
 */
int argument_set_note_missing(struct argument_set *set, const struct call_set *calls,
			      enum machine machine, struct error *err);

/* As argument_set_merge(), and notes which arguments of the calls other does not have. */
int argument_set_merge_of(struct argument_set *set, const struct argument_set *other,
			  const struct call_set *calls, enum machine machine, struct error *err);

/* The same for the arguments of one call only. */
int argument_set_merge_call(struct argument_set *set, const struct argument_set *other,
			    const struct call *call, enum machine machine, struct error *err);

/* Notes that calls were made whose arguments were not recorded. */
int argument_set_note_unrecorded(struct argument_set *set, const struct call_set *calls,
				 enum machine machine, struct error *err);

/*
 * Notes that the container's runtime makes the call, of which only the number is known. That is no
 * gap in what is known about the workload.
 */
int argument_set_note_runtime(struct argument_set *set, const struct call *call,
			      enum machine machine, struct error *err);

void argument_set_finish(struct argument_set *set);

#endif
