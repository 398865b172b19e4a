// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/markdown.h"

#define SPACE "&#8203;"

static const struct {
	const char *text, *markdown;
} cases[] = {
	{ "", "" },
	{ "plain text, 1.5 and snake_case", "plain text, 1.5 and snake_case" },
	{ "@octocat", "@" SPACE "octocat" },
	{ "a@b.example", "a@" SPACE "b.example" },
	{ "@org/team @@x", "@" SPACE "org/team @" SPACE "@" SPACE "x" },
	{ "#12 o/r#1", "\\#" SPACE "12 o/r\\#" SPACE "1" },
	{ "GH-12 gh-1", "GH-" SPACE "12 gh-" SPACE "1" },
	{ "!1 %2 $x$ ~bug &3 ^e", "\\!1 \\%2 \\$x\\$ \\~bug \\&3 \\^e" },
	{ "https://e.example HTTP://x", "https:" SPACE "//e.example HTTP:" SPACE "//x" },
	{ "www.e.example WWW.x", "www" SPACE ".e.example WWW" SPACE ".x" },
	{ "// :/ a://", "// :/ a:" SPACE "//" },
	{ "<img src=x>", "\\<img src=x\\>" },
	{ "[x](y)", "\\[x\\](y)" },
	{ "![x](y)", "\\!\\[x\\](y)" },
	{ "a|b", "a\\|b" },
	{ "`code` **bold** _i_ __b__", "\\`code\\` \\*\\*bold\\*\\* \\_i\\_ \\_\\_b\\_\\_" },
	{ "a\n# b\r\nc\t", "a\\\\x0a\\#" SPACE " b\\\\x0d\\\\x0ac\\\\x09" },
	{ "&#64;octocat", "\\&\\#" SPACE "64;octocat" },
	{ "\\@x \\|", "\\\\@" SPACE "x \\\\\\|" },
	{ "\xff", "\\\\xff" },
	{ "a\xe2\x80\xae"
	  "b\xe2\x81\xa6"
	  "c",
	  "a\\\\u202eb\\\\u2066c" },
	{ "\xe2\x80\xa6", "\xe2\x80\xa6" },
};

static void text_is_shown_and_does_nothing(void **state)
{
	size_t i;

	for (i = 0; i < array_size(cases); i++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		markdown_print(out, cases[i].text);
		fclose(out);
		assert_string_equal(text, cases[i].markdown);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_shown_and_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
