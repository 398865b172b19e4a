/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SECCOMP_FIXTURES_H
#define TESTS_UNIT_SECCOMP_FIXTURES_H

/* Helpers of several tests of seccomp/. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile/document/document.h"
#include "profile/model/model.h"
#include "seccomp/compile.h"
#include "seccomp/scmp_arch.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

/* Fails the test with the error's message if the call fails. */
#define assert_success(call, err)                           \
	do {                                                \
		if ((call) < 0)                             \
			fail_msg("%s", error_message(err)); \
	} while (0)

/* Returns the profile of an OCI document; owned by the caller. */
static inline struct profile *read_profile(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_documents_ struct documents documents = {};

	assert_success(documents_read("test", text, strlen(text), NULL, &documents, &err), &err);
	return steal_pointer(&documents.items[0].profile);
}

/* Compiles for the architectures that a profile lists, or for x86-64 if it lists none. */
static inline void compile(const struct profile *profile, enum layout layout,
			   struct scmp_arch_set *ret_set, struct compilation *ret_compilation)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	assert_success(scmp_arch_set_of(profile, scmp_arch_find("SCMP_ARCH_X86_64"), ret_set, &err),
		       &err);
	assert_success(profile_compile(profile, ret_set, layout, ret_compilation, &err), &err);
}

#endif
