/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SYNTAX_LOSSES_H
#define PROFILE_SYNTAX_LOSSES_H

#include <stddef.h>

#include "util/cleanup.h"

struct error;

/* What a conversion left out: clauses such as "the defaultErrnoRet 38". */
struct losses {
	char **items;
	size_t count;
};

int losses_add(struct losses *losses, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void losses_finish(struct losses *losses);
#define _cleanup_losses_ _cleanup_(losses_finish)

#endif
