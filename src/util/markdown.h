/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_MARKDOWN_H
#define UTIL_MARKDOWN_H

#include <stdio.h>

/*
 * Writes text as markdown, also inside a table cell, so that a reader sees exactly the text.
 * Control characters and characters that change the direction of text are written as escapes.
 *
 * On GitHub and GitLab the text produces no emphasis, link, image or formula, notifies no
 * person (@name) and refers to nothing (#1, GH-1, !1). Both look for names and references after
 * they have rendered the markdown, when backslashes are gone, so that a zero-width space has to
 * break these up.
 */
void markdown_print(FILE *out, const char *text);

#endif
