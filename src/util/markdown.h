/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_MARKDOWN_H
#define UTIL_MARKDOWN_H

#include <stdio.h>

/*
 * Writes text into markdown, also into the cell of a table, so that a reader sees the text and
 * nothing else. Control characters and those that change the direction of text are written as
 * escapes. GitHub and GitLab show nothing bold, make no link, no image and no formula of it, notify
 * nobody (@name) and refer to nothing (#1, GH-1, !1): they look for these in what markdown has
 * rendered, where a backslash is gone, so that a zero-width space parts them.
 */
void markdown_print(FILE *out, const char *text);

#endif
