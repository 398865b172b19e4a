/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_STUB_H
#define SECCOMP_STUB_H

/*
 * The stub that runc puts before libseccomp's filter (libcontainer/seccomp/patchbpf). It
 * answers ENOSYS for each number above the highest that the profile names on an architecture,
 * so that programs fall back from calls that are newer than the profile. crun has no stub.
 */
#include <stdbool.h>

#include "util/version.h"

struct error;
struct filter;
struct profile;
struct scmp_arch;

/*
 * Copies a filter and puts runc's stub before it, for a machine whose native architecture is
 * native. Before runc 1.1.15, the stub was only for the architectures that the profile lists,
 * and not for the native one that runtimes add. A version of all zeros means the newest. The
 * result is a plain copy without a stub if the default action is SCMP_ACT_ALLOW, LOG or TRACE,
 * or if the profile names no call above number 0. The caller finishes ret_filter. -EINVAL if
 * stub and filter together are too long for the kernel.
 */
int filter_add_stub(const struct filter *filter, const struct profile *profile,
		    const struct scmp_arch *native, const struct version *version,
		    struct filter *ret_filter, struct error *err);

#endif
