/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_NORMAL_FORM_H
#define PROFILE_SEMANTICS_NORMAL_FORM_H

/*
 * A text that two profiles share exactly when runtimes make the same rules of them, call by call,
 * whatever their order, grouping and repetition: to find, among many profiles, the one that a
 * container was started with. (Conditions that mean the same and are written differently, such as
 * "> 4" and ">= 5", make two texts: semantics_compare() decides that, but only for two.)
 */
struct error;
struct profile;

/*
 * native is the architecture of the machine ("SCMP_ARCH_X86_64"), which a profile without any
 * applies to and runtimes always add. ret_text is the caller's.
 */
int profile_normal_form(const struct profile *profile, const char *native, char **ret_text,
			struct error *err);

#endif
