# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Waits for something to happen:
#
#	wait_until 10 has_ended "$process" || kill "$process"

# wait_until SECONDS COMMAND...: waits until the command succeeds; longer on slow machines.
wait_until() {
	local deadline=$((SECONDS + $1 * ${TESTS_PATIENCE:-1}))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.02
	done
}

# True if the process is gone, or is a zombie that this shell has not waited for.
has_ended() { # PID
	[[ $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) != [!ZX]* ]]
}
