/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_COMPARE_JUDGE_H
#define PROFILE_COMPARE_JUDGE_H

/* Judges a call that a baseline allows for some arguments only by the arguments that were seen. */
#include "recording/argument_set.h"
#include "syscalls/syscalls.h"

struct error;
struct semantics;

enum judgement {
	JUDGEMENT_UNKNOWN, /* its arguments are not known well enough */
	JUDGEMENT_FITS,	   /* every call that was seen is allowed */
	JUDGEMENT_BREAKS,  /* a call that was seen is not */
};

/* The basis of a judgement. */
struct judged {
	enum judgement judgement;
	/* With JUDGEMENT_BREAKS: the argument, and its value or flag that is not allowed. Borrowed. */
	const struct argument *argument;
	const struct argument_value *value;
	const char *reason; /* instead of a value: a clause; static; or NULL */
};

/*
 * Judges a call of one ABI. seen is what was seen of it there. clone3 is judged as clone, to which
 * programs fall back when it is answered with ENOSYS.
 */
int judge_call(const struct semantics *baseline, enum machine machine, enum abi abi,
	       const char *name, const struct argument_set *seen, struct judged *ret_judged,
	       struct error *err);

#endif
