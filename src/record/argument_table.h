/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_ARGUMENT_TABLE_H
#define RECORD_ARGUMENT_TABLE_H

/* The table of recorded arguments (syscalls/arguments.h) as the BPF program has it. */
#include <stdint.h>

#include "shared.h"

/* Fills the constants of the program, for this machine. They are zero before. */
void argument_table_fill(__u64 first[RECORDER_ABIS][RECORDER_NUMBERS],
			 __u64 rows[RECORDER_ARGUMENT_ROWS]);

/* Returns a number that is the same for the same table. */
uint64_t argument_table_identity(void);

/* Returns the size of the map of values for a number of slots. */
uint32_t argument_values_max(uint32_t slots);

#endif
