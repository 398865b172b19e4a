#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks what diff, merge, verify --against and compare say about random pairs of profiles
# against the filters that libseccomp makes of them. The oracle shares no code with recorder.
# The seed is fixed, so that a result depends only on the commit.
#
#	ORACLE_PAIRS=100000 ORACLE_SEED=7 make check TESTS=oracle
#
# timeout: 300
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"

questions=(diff 'verify --against' 'merge --check' merge compare)
tap_plan $((${#questions[@]} + 1))
PYTHONDONTWRITEBYTECODE=1 ./oracle.py "${ORACLE_PAIRS:-400}" "${ORACLE_SEED:-1}" >"$TEST_TMP/out" 2>&1
tap_match 'every pair is tried' "$(tail -n 1 "$TEST_TMP/out")" \
	'^[0-9]+ pairs, [1-9][0-9]* unions, [0-9]+ excused, [0-9]+ disagree$'
for question in "${questions[@]}"; do
	tap_is "$question agrees with the filters" \
		"$(grep "^disagrees: $question: " "$TEST_TMP/out" | head -n 5)" ''
done
tap_done
