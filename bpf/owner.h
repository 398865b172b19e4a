/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPF_OWNER_H
#define BPF_OWNER_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "maps.h"

/* Pinned programs live on without the process that owns their maps, but not for ever. */

static __always_inline bool has_expired(void)
{
	return owner_timeout && life.expired;
}

/*
 * Ends everything if the process that owns the maps has ended, and no other has taken them over
 * in time, not counting the time for which the machine slept. Forks are frequent enough to look,
 * and rare enough to read the time.
 */
static __always_inline void look_for_owner(void)
{
	/* Read first: the owner may say that it lives after this program has read the time. */
	__u64 seen = *(volatile __u64 *)&life.owner_seen;
	__u64 now = bpf_ktime_get_ns();

	if (owner_timeout && !life.expired && now > seen && now - seen > owner_timeout)
		life.expired = 1;
}

#endif
