/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_SEMANTICS_NORMAL_FORM_H
#define PROFILE_SEMANTICS_NORMAL_FORM_H

/*
 * A text that is the same for two profiles exactly if runtimes make the same rules of them for
 * each call, whatever their order, grouping and repetition. It serves to find, among many
 * profiles, the one that a container was started with. (Conditions that mean the same but are
 * written differently, such as "> 4" and ">= 5", make different texts. semantics_compare()
 * recognizes them, but compares only two profiles.)
 */
struct error;
struct profile;

/*
 * native is the machine's architecture ("SCMP_ARCH_X86_64"). Runtimes always add it, and a
 * profile that lists no architecture applies to it. The caller owns ret_text.
 */
int profile_normal_form(const struct profile *profile, const char *native, char **ret_text,
			struct error *err);

#endif
