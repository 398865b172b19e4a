/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORDING_EVIDENCE_H
#define RECORDING_EVIDENCE_H

/* The evidence for a system call in a recording. */
#include <stdbool.h>
#include <stddef.h>

#include "recording/recording.h"

struct evidence {
	const struct observation *observation; /* borrowed from the recording, like call */
	const struct call *call;
	bool denied;
};

struct evidence_list {
	struct evidence *items; /* in the order of the observations */
	size_t length;
};

/*
 * Collects the evidence for a call, given by name or number. The caller finishes the list.
 * Returns -EINVAL for a text that is neither.
 */
int evidence_collect(const struct recording *recording, const char *syscall,
		     struct evidence_list *ret_list, struct error *err);
void evidence_list_finish(struct evidence_list *list);

/* Returns why a recording may lack calls: sentences, each once, owned by the caller. */
int incompleteness_reasons(const struct recording *recording, char ***ret_reasons,
			   size_t *ret_count, struct error *err);

#endif
