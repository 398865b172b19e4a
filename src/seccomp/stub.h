/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_STUB_H
#define SECCOMP_STUB_H

/*
 * What runc puts before the filter that libseccomp makes (libcontainer/seccomp/patchbpf):
 * ENOSYS for each number above the highest that the profile names on an architecture, so that
 * programs fall back from calls that are newer than the profile. crun has no such thing.
 */
#include <stdbool.h>

#include "util/version.h"

struct error;
struct filter;
struct profile;
struct scmp_arch;

/*
 * Makes a filter with runc's stub before it, for a machine whose native architecture is native.
 * Before runc 1.1.15 the stub was for the architectures that the profile lists, and not for the
 * native one that runtimes add; a version that is all zero stands for the newest. There is none
 * where the default action is SCMP_ACT_ALLOW, LOG or TRACE: then the result is a copy. The
 * caller finishes it. -EINVAL where both together are longer than the kernel takes.
 */
int filter_add_stub(const struct filter *filter, const struct profile *profile,
		    const struct scmp_arch *native, const struct version *version,
		    struct filter *ret_filter, struct error *err);

#endif
