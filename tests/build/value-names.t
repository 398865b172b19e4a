#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The names of values are those of the headers that src/syscalls/value-names.tbl names, for both
# machines. The compiler compares each.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_TMP:?is an empty directory}"

# assertions GROUP MACHINE: C that compiles if all names of the group have their values.
assertions() {
	echo '#include <stddef.h>'
	awk -v group="[$1]" -v machine="$2" '
		/^\[/ {
			in_group = $1 == group
			for (i = 2; in_group && i <= NF; i++)
				printf "#if __has_include(<%s>)\n#include <%s>\n#endif\n", $i, $i
			next
		}
		!in_group || /^#/ || !NF || (NF == 3 && $3 != machine) { next }
		# The bits of a mask.
		$2 == "CSIGNAL" { printf "_Static_assert((%s & %s) == %s, \"\");\n", $2, $1, $1; next }
		{
			shift = group ~ /_high\]$/ ? 32 : 0
			printf "_Static_assert((unsigned int)((unsigned long long)(%s) >> %d) == %s, \"%s\");\n",
				$2, shift, $1, $2
		}' src/syscalls/value-names.tbl
}

# compiles COMPILER GROUP MACHINE
compiles() {
	assertions "$2" "$3" >"$TEST_TMP/$2.c" &&
		[ "$(grep -c assert "$TEST_TMP/$2.c")" -gt 1 ] &&
		"$1" -w -fsyntax-only "$TEST_TMP/$2.c"
}

# all_compile COMPILER MACHINE: prints the groups that do not, with errors.
all_compile() {
	local group failed=0

	for group in "${groups[@]}"; do
		compiles "$1" "$group" "$2" || { echo "$group" && failed=1; }
	done 2>&1
	return "$failed"
}

mapfile -t groups < <(sed -n 's/^\[\(.*\)\].*/\1/p' src/syscalls/value-names.tbl)
tap_plan 3
tap_check "there are groups of names" [ "${#groups[@]}" -gt 20 ]
case $(uname -m) in
x86_64) tap_check "the names have their values on x86-64" all_compile cc x86_64 ;;
*) tap_skip "the names have their values on x86-64" "this is no x86-64" ;;
esac
if command -v aarch64-linux-gnu-gcc >/dev/null; then
	groups=("${groups[@]/arch_prctl/domain}") # no arm64 call
	tap_check "the names have their values on arm64" all_compile aarch64-linux-gnu-gcc aarch64
else
	tap_skip "the names have their values on arm64" "there is no compiler for arm64 ('make deps-arm64')"
fi
tap_done
