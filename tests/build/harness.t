#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/run counts what tests say, and counts against them what they leave unsaid.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_TMP:?is an empty directory}"
unset TESTS RECORDER_REQUIRE_ALL

# says TEXT SUMMARY SCRIPT: what the last line and the exit status are for such a test.
says() {
	local output expected_status=1 summary=$2 script=$TEST_TMP/tests/sample.t
	mkdir -p "$TEST_TMP/tests"
	printf '#!/bin/bash\n# timeout: 1\n%s\n' "$3" >"$script"
	chmod +x "$script"
	[[ $summary != *" 0 failed"* ]] || expected_status=0
	output=$(tests/run "$script" 2>&1)
	tap_is "$1" "$? ${output##*$'\n'}" "$expected_status $summary"
}

tap_plan 15
says "what passes is counted" "2 passed, 0 failed, 0 skipped" \
	'echo "1..2"; echo "ok 1 - a"; echo "ok 2 - b"'
says "what fails is counted" "1 passed, 1 failed, 0 skipped" \
	'echo "1..2"; echo "ok 1 - a"; echo "not ok 2 - b"; exit 1'
says "what is skipped is counted" "1 passed, 0 failed, 1 skipped" \
	'echo "1..2"; echo "ok 1 - a"; echo "ok 2 - b # SKIP no root"'
says "so is a whole file" "0 passed, 0 failed, 1 skipped" 'echo "1..0 # SKIP no root"'
says "a crash is a failure" "1 passed, 1 failed, 0 skipped" \
	'echo "1..1"; echo "ok 1 - a"; kill -SEGV $$'
says "so is another exit status" "1 passed, 1 failed, 0 skipped" \
	'echo "1..1"; echo "ok 1 - a"; exit 3'
says "so is success in spite of a failure" "0 passed, 2 failed, 0 skipped" \
	'echo "1..1"; echo "not ok 1 - a"'
says "so is an end before the plan's" "1 passed, 1 failed, 0 skipped" \
	'echo "1..2"; echo "ok 1 - a"'
says "so is a test beyond the plan" "2 passed, 1 failed, 0 skipped" \
	'echo "1..1"; echo "ok 1 - a"; echo "ok 2 - b"'
says "so is no plan" "1 passed, 1 failed, 0 skipped" 'echo "ok 1 - a"'
says "so is silence" "0 passed, 1 failed, 0 skipped" 'exit 0'
says "so is no end" "1 passed, 2 failed, 0 skipped" \
	'echo "1..2"; echo "ok 1 - a"; sleep 20'
TESTS=nothing says "so is that nothing ran" "0 passed, 1 failed, 0 skipped" 'echo "1..0"'
RECORDER_REQUIRE_ALL=1 says "so is a skip where all has to run" "0 passed, 1 failed, 0 skipped" \
	'echo "1..1"; echo "ok 1 - a # SKIP no root"'
says "a test may be interrupted by its own signals" "1 passed, 0 failed, 0 skipped" \
	'trap "echo 1..1; echo ok 1 - a; exit 0" INT; kill -INT $$; exit 1'
tap_done
