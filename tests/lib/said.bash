# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Tests of what a command says and how it ends, after tap.bash:
#
#	said_with 1 'a bad profile fails' "$RECORDER" verify bad.json
#	said_that 'and is named' 'bad\.json'

# Passes when the command ends with that status; what it prints anywhere is in $said.
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

# Passes when the last command said something that matches.
said_that() { # TEXT REGEX
	tap_match "$1" "$said" "$2"
}
