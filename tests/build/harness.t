#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/run counts the results that tests report, and counts missing results as failures.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_TMP:?is an empty directory}"
unset TESTS RECORDER_REQUIRE_ALL

# says TEXT SUMMARY SCRIPT: checks the last line and the exit status of tests/run for this test.
says() {
	local output expected_status=1 summary=$2 script=$TEST_TMP/tests/sample.t
	mkdir -p "$TEST_TMP/tests"
	printf '#!/bin/bash\n# timeout: 1\n%s\n' "$3" >"$script"
	chmod +x "$script"
	[[ $summary != *" 0 failed"* ]] || expected_status=0
	output=$(tests/run "$script" 2>&1)
	tap_is "$1" "$? ${output##*$'\n'}" "$expected_status $summary"
}

# sample NAME SCRIPT: makes a test with this name. It leaves a file in $marks for other tests to
# see.
sample() {
	mkdir -p "$TEST_TMP/$(dirname "$1")" "$marks"
	printf '#!/bin/bash\n# timeout: 20\nmarks=%s\n%s\n' "$marks" "$2" >"$TEST_TMP/$1"
	chmod +x "$TEST_TMP/$1"
}

# Makes a test that ends only after another one has begun. It prints two lines with time in between.
meets() { # NAME OTHER
	sample "$1" "echo '1..1'; echo '# $1 begins'; touch \$marks/${1##*/}
		until [ -e \$marks/${2##*/} ]; do sleep 0.05; done
		echo '# $1 ends'; echo 'not ok 1 - $1'; exit 1"
}

# Makes a test that lasts a moment, and leaves a mark meanwhile.
lasts() { # NAME
	# shellcheck disable=SC2016 # of the sample
	sample "$1" 'echo "1..1"; touch $marks/$$; sleep 0.5; rm $marks/$$; echo "ok 1 - a"'
}

# Makes a test that fails if any other test runs at the same time.
is_alone() { # NAME [LINE]
	# shellcheck disable=SC2016 # of the sample
	sample "$1" "${2-}"'
		echo "1..1"; touch $marks/$$; sleep 0.3
		[ "$(ls $marks)" = $$ ] && echo "ok 1 - alone" || echo "not ok 1 - alone"
		rm $marks/$$; [ -z "$(ls $marks)" ]'
}

# Makes a test that cleans up when it is terminated, which takes a moment.
is_ended() { # NAME
	sample "tests/unit/$1" "trap 'sleep 0.2; echo $1 >>\$marks/cleaned; exit 1' TERM
		touch \$marks/$1; while :; do sleep 0.05; done"
}

run_samples() { # NAME...: runs two at once
	rm -rf "$marks" && mkdir "$marks"
	output=$(cd "$TEST_TMP" && TESTS_AT_ONCE=2 timeout 60 "$run" "${@/#/$PWD/}" 2>&1)
	status=$?
}

# Prints how many times the output switches from one test to another, plus 1.
in_one_piece() {
	printf '%s\n' "$output" | awk '/FAIL|# /{ print $2 }' | uniq -c | wc -l
}

interrupted() {
	local run_process
	rm -rf "$marks" && mkdir "$marks"
	TESTS_AT_ONCE=2 "$run" "$TEST_TMP"/tests/unit/ended{1,2} >/dev/null 2>&1 &
	run_process=$!
	until [ -e "$marks/ended1" ] && [ -e "$marks/ended2" ]; do sleep 0.05; done
	rm -f "$marks/cleaned"
	kill "$run_process"
	wait "$run_process" 2>/dev/null
	sort "$marks/cleaned" | xargs
}

run=$PWD/tests/run marks=$TEST_TMP/marks
tap_plan 29
says "passed tests are counted" "2 passed, 0 failed, 0 skipped" \
	'echo "1..2"; echo "ok 1 - a"; echo "ok 2 - b"'
says "failed tests are counted" "1 passed, 1 failed, 0 skipped" \
	'echo "1..2"; echo "ok 1 - a"; echo "not ok 2 - b"; exit 1'
says "skipped tests are counted" "1 passed, 0 failed, 1 skipped" \
	'echo "1..2"; echo "ok 1 - a"; echo "ok 2 - b # SKIP no root"'
says "so is a whole file" "0 passed, 0 failed, 1 skipped" 'echo "1..0 # SKIP no root"'
says "a crash is a failure" "1 passed, 1 failed, 0 skipped" \
	'echo "1..1"; echo "ok 1 - a"; kill -SEGV $$'
says "so is another exit status" "1 passed, 1 failed, 0 skipped" \
	'echo "1..1"; echo "ok 1 - a"; exit 3'
says "so is exit status 0 in spite of a failure" "0 passed, 2 failed, 0 skipped" \
	'echo "1..1"; echo "not ok 1 - a"'
says "so is an end before the plan's" "1 passed, 1 failed, 0 skipped" \
	'echo "1..2"; echo "ok 1 - a"'
says "so is a test beyond the plan" "2 passed, 1 failed, 0 skipped" \
	'echo "1..1"; echo "ok 1 - a"; echo "ok 2 - b"'
says "so is a missing plan" "1 passed, 1 failed, 0 skipped" 'echo "ok 1 - a"'
says "so is silence" "0 passed, 1 failed, 0 skipped" 'exit 0'
says "so is a test that does not end" "1 passed, 2 failed, 0 skipped" \
	'echo "1..2"; echo "ok 1 - a"; sleep 20'
TESTS=nothing says "so is that nothing ran" "0 passed, 1 failed, 0 skipped" 'echo "1..0"'
RECORDER_REQUIRE_ALL=1 says "so is a skip where all has to run" "0 passed, 1 failed, 0 skipped" \
	'echo "1..1"; echo "ok 1 - a # SKIP no root"'
says "a test may be interrupted by its own signals" "1 passed, 0 failed, 0 skipped" \
	'trap "echo 1..1; echo ok 1 - a; exit 0" INT; kill -INT $$; exit 1'

meets tests/unit/a b
meets tests/unit/b a
meets tests/unit/c d.t
meets tests/bpf/d.t c
is_alone tests/bpf/1.t
is_alone tests/runtime/2.t
lasts tests/unit/3
lasts tests/bpf/5.t
is_alone tests/runtime/6.t '# alone'
# shellcheck disable=SC2016 # of the sample
sample tests/unit/4 'echo "1..1"; echo "ok 1 - a"; kill -KILL "$(awk "{ print \$4 }" /proc/$PPID/stat)"'
is_ended ended1
is_ended ended2
run_samples tests/unit/{a,b}
tap_is "unit tests run at the same time, and each is counted" \
	"$status ${output##*$'\n'}" "1 0 passed, 2 failed, 0 skipped"
tap_is "the output of each is in one piece" "$(in_one_piece)" 2
run_samples tests/unit/c tests/bpf/d.t
tap_is "also beside a test of the kernel" \
	"$status ${output##*$'\n'}" "1 0 passed, 2 failed, 0 skipped"
run_samples tests/bpf/1.t tests/runtime/2.t tests/bpf/1.t
tap_is "tests of the kernel or of a runtime run one after the other" \
	"$status ${output##*$'\n'}" "0 3 passed, 0 failed, 0 skipped"
run_samples tests/runtime/6.t tests/bpf/5.t tests/unit/3
tap_is "one that says so runs alone" \
	"$status ${output##*$'\n'}" "0 3 passed, 0 failed, 0 skipped"
run_samples tests/unit/{4,3}
tap_is "so is a test whose result was lost because the process that ran it was killed" \
	"$status ${output##*$'\n'}" "1 1 passed, 1 failed, 0 skipped"
tap_is "tests that run at the same time are all interrupted, and clean up" \
	"$(interrupted)" "ended1 ended2"

# Prints what "make test" would do in a tree where nothing is built.
make_test() { # TEST
	env -u MAKEFLAGS make --no-print-directory -n O="$TEST_TMP/none" test TEST="$1" 2>&1
}

for path in tests/unit/util/test_loop.c "$PWD/tests/unit/util/test_loop.c" util/test_loop; do
	output=$(make_test "$path")
	tap_is "make test TEST=$path runs that test" "${output##* tests/run }" \
		"$TEST_TMP/none/tests/unit/util/test_loop"
	tap_is "and builds no other" "$(grep -o 'tests/unit/[^ ]*\.c$' <<<"$output" | sort -u)" \
		tests/unit/util/test_loop.c
done
tap_is "a pattern that matches no test is an error" \
	"$(make_test no-such | sed 's/.*\*\*\* //')" "no test matches TEST=no-such.  Stop."
tap_done
