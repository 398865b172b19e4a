/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECCOMP_LINT_H
#define SECCOMP_LINT_H

/* What is wrong with a profile although a filter can be made of it. */
#include "seccomp/compile.h"
#include "seccomp/findings.h"

struct error;
struct semantics;
struct profile;
struct scmp_arch;
struct scmp_arch_set;

/* What can be seen in the profile itself, rule by rule. */
int lint_rules(const struct profile *profile, struct findings *findings, struct error *err);

/* What its rules come to on one architecture that it is meant for. */
int lint_calls(const struct semantics *semantics, const struct scmp_arch *architecture,
	       struct findings *findings, struct error *err);

/* Arguments of which the kernel takes 32 bits, and the filter compares 64. */
int lint_arguments(const struct semantics *semantics, const struct scmp_arch *architecture,
		   struct findings *findings, struct error *err);

/*
 * Calls that the profile refuses by name and lets through by way of socketcall(2) or ipc(2), on the
 * architectures that have these.
 */
int lint_multiplexed(const struct semantics *semantics, const struct scmp_arch *architecture,
		     struct findings *findings, struct error *err);

/* A call of that architecture about which the profile says something in vain. */
int lint_unenforced(const char *name, const struct scmp_arch *architecture,
		    struct findings *findings, struct error *err);

/* Names that are no calls of the architectures, which call it otherwise. */
int lint_names(const struct profile *profile, const struct scmp_arch_set *set,
	       struct findings *findings, struct error *err);

/* What is special about the filter: names that are no calls at all, and its size. */
int lint_compilation(const struct compilation *compilation, struct findings *findings,
		     struct error *err);

#endif
