/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DIFF_IGNORE_H
#define PROFILE_DIFF_IGNORE_H

/*
 * An ignore file (.recorderignore) names calls whose differences have been accepted, one per
 * line, each with the last day and the reason. Empty lines and lines that begin with '#' are
 * skipped:
 *
 *	# call   until       reason
 *	unshare  2027-03-31  the image builder makes namespaces, see SHOP-812
 *	ptrace   never       debugger sidecar
 */
#include <stdbool.h>
#include <stddef.h>

struct error;

#define DATE_SIZE sizeof("YYYY-MM-DD")

struct ignore_entry {
	char *call;
	char *reason;
	char until[DATE_SIZE]; /* the last day on which it applies, or "never" */
	unsigned int line;
};

struct ignore_list {
	struct ignore_entry *items; /* sorted by call; each call once */
	size_t length;
};

/*
 * Reads an ignore file; messages call it name. -EINVAL, with the line, for a call that no
 * machine has, an invalid date, a missing reason, or a call that is there twice; also for a NUL
 * byte.
 */
int ignore_list_read(const char *name, const char *text, size_t size, struct ignore_list *ret_list,
		     struct error *err);
void ignore_list_finish(struct ignore_list *list);
#define _cleanup_ignore_list_ _cleanup_(ignore_list_finish)

/* Returns the entry of a call, or NULL. */
const struct ignore_entry *ignore_list_find(const struct ignore_list *list, const char *call);

/* True if the entry's last day is before today ("YYYY-MM-DD"). */
bool ignore_entry_expired(const struct ignore_entry *entry, const char *today);

#endif
