/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_LINT_H
#define SECCOMP_LINT_H

/* Checks for mistakes and risks in a profile that do not keep it from compiling. */
#include "seccomp/compile.h"
#include "seccomp/findings.h"

struct error;
struct semantics;
struct profile;
struct scmp_arch;
struct scmp_arch_set;

/* Checks the rules of a profile one by one. */
int lint_rules(const struct profile *profile, struct findings *findings, struct error *err);

/* Checks the effect of the rules on one architecture of the profile. */
int lint_calls(const struct semantics *semantics, const struct scmp_arch *architecture,
	       struct findings *findings, struct error *err);

/*
 * Reports arguments of which the kernel takes 32 bits but the filter compares 64. A caller
 * evades some of these conditions by setting bits above the 32: evasion is their severity.
 */
int lint_arguments(const struct semantics *semantics, const struct scmp_arch *architecture,
		   enum severity evasion, struct findings *findings, struct error *err);

/*
 * Reports calls that the profile refuses by name but permits through socketcall(2) or ipc(2),
 * on the architectures that have these.
 */
int lint_multiplexed(const struct semantics *semantics, const struct scmp_arch *architecture,
		     struct findings *findings, struct error *err);

/* Reports a rule for a call that libseccomp does not know on this architecture. */
int lint_unenforced(const char *name, const struct scmp_arch *architecture,
		    struct findings *findings, struct error *err);

/* Reports names that are no calls of the architectures, and suggests the right ones. */
int lint_names(const struct profile *profile, const struct scmp_arch_set *set,
	       struct findings *findings, struct error *err);

/* Reports names that are no system calls at all, and a large filter. */
int lint_compilation(const struct compilation *compilation, struct findings *findings,
		     struct error *err);

#endif
