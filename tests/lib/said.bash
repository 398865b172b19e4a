# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Tests of a command's output and exit status. Needs tap.bash:
#
#	said_with 1 'a bad profile fails' "$RECORDER" verify bad.json
#	said_that 'and is named' 'bad\.json'

# Passes if the command ends with this status. Its output and error output go to $said.
said_with() { # STATUS TEXT COMMAND [ARGUMENT...]
	local expected=$1 text=$2 status
	shift 2
	said=$(timeout 30 "$@" 2>&1 </dev/null)
	status=$?
	if [ "$status" = "$expected" ]; then
		tap_ok "$text"
	else
		tap_not_ok "$text" "exit status $status, not $expected: $said"
	fi
}

# Passes if the output of the last command matches.
said_that() { # TEXT REGEX
	tap_match "$1" "$said" "$2"
}
