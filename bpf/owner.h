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
 * in time. Forks are frequent enough to look, and rare enough to read the time.
 */
static __always_inline void look_for_owner(void)
{
	if (owner_timeout && !life.expired &&
	    bpf_ktime_get_boot_ns() - life.owner_seen > owner_timeout)
		life.expired = 1;
}

#endif
