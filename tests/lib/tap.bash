# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The Test Anything Protocol for shell tests:
#
#	. "$(dirname "$0")/../lib/tap.bash"
#	tap_plan 2
#	tap_check 'true is true' true
#	tap_is 'a word' "$(echo word)" word
#	tap_done
#
# tap_done exits with the test's status: 0 only if the plan was kept and nothing failed.

tap_planned=0
tap_count=0
tap_failures=0

tap_plan() { # COUNT
	tap_planned=$1
	printf '1..%d\n' "$1"
}

# Skips the whole file: ends the test.
tap_skip_all() { # REASON
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

tap_ok() { # TEXT
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

tap_not_ok() { # TEXT [DIAGNOSTIC]
	tap_count=$((tap_count + 1))
	tap_failures=$((tap_failures + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$1"
	[ $# -lt 2 ] || tap_note "$2"
}

tap_skip() { # TEXT REASON
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

tap_note() { # TEXT
	printf '%s\n' "$1" | sed 's/^/# /'
}

# Passes if the command succeeds. Otherwise shows its output.
tap_check() { # TEXT COMMAND [ARGUMENT...]
	local text=$1 output
	shift
	if output=$("$@" 2>&1); then
		tap_ok "$text"
	else
		tap_not_ok "$text" "failed: $*
$output"
	fi
}

# Passes if the command fails.
tap_check_fails() { # TEXT COMMAND [ARGUMENT...]
	local text=$1 output
	shift
	if output=$("$@" 2>&1); then
		tap_not_ok "$text" "should have failed: $*
$output"
	else
		tap_ok "$text"
	fi
}

tap_is() { # TEXT ACTUAL EXPECTED
	if [ "$2" = "$3" ]; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "expected: $3
actual:   $2"
	fi
}

tap_match() { # TEXT ACTUAL REGEX
	if [[ $2 =~ $3 ]]; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "expected to match: $3
actual: $2"
	fi
}

tap_done() {
	if [ "$tap_count" -ne "$tap_planned" ]; then
		tap_note "planned $tap_planned tests and ran $tap_count"
		exit 1
	fi
	[ "$tap_failures" -eq 0 ] || exit 1
	exit 0
}
