#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Distributions ship different awks. Each must make the same files, without a complaint.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_TMP:?is an empty directory}"
export LC_ALL=C

# generate AWK GENERATOR TABLE...
generate() {
	"$1" -f "tools/$2" "${@:3}" >"$TEST_TMP/$1.$2" 2>"$TEST_TMP/errors"
	tap_is "$1 runs $2 quietly" "$? $(cat "$TEST_TMP/errors")" '0 '
}

tap_plan 20
tables=(src/syscalls/*.tbl)
syscalls=()
for table in "${tables[@]}"; do
	case $table in
	*/purpose.tbl | */risk.tbl | */arguments.tbl | */value-names.tbl) ;;
	*) syscalls+=("$table") ;;
	esac
done
for awk in mawk gawk; do
	if ! command -v "$awk" >/dev/null; then
		for number in 1 2 3 4 5 6 7; do tap_skip "$awk, $number" "there is no $awk here"; done
		continue
	fi
	generate "$awk" gen-syscalls "${syscalls[@]}"
	generate "$awk" gen-purposes src/syscalls/purpose.tbl src/syscalls/risk.tbl
	generate "$awk" gen-arguments src/syscalls/value-names.tbl src/syscalls/arguments.tbl \
		"${syscalls[@]}"
	generate "$awk" gen-runtime-calls src/recording/runtime-calls.tbl
	generate "$awk" gen-baselines src/profile/baseline/tables/index.tbl \
		src/profile/baseline/tables/*.json
	generate "$awk" share-zeros "${RECORDER%/*}/gen/recorder.lskel.h.whole"
	mkdir -p "$TEST_TMP/$awk"
	ln -sf "$(command -v "$awk")" "$TEST_TMP/$awk/awk"
	env -u MAKEFLAGS PATH="$TEST_TMP/$awk:$PATH" make --no-print-directory -n install kernel-programs DESTDIR="$TEST_TMP/root" \
		2>"$TEST_TMP/errors" >/dev/null
	tap_is "make calls $awk quietly" "$? $(cat "$TEST_TMP/errors")" '0 '
done
for generator in gen-syscalls gen-purposes gen-arguments gen-runtime-calls gen-baselines \
	share-zeros; do
	if [ -e "$TEST_TMP/mawk.$generator" ] && [ -e "$TEST_TMP/gawk.$generator" ]; then
		tap_check "both make the same of $generator" \
			cmp "$TEST_TMP/mawk.$generator" "$TEST_TMP/gawk.$generator"
	else
		tap_skip "both make the same of $generator" "one of mawk and gawk is missing"
	fi
done
tap_done
