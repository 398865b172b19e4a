#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# End to end on this kernel: a command is recorded, runs under the profile, and can do nothing
# else under it.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
profile=$TEST_TMP/profile.json

# A shell with pipes, children and files. Its output shows that all of it worked.
work=(/bin/bash -c 'seq 100 | sort -n | tail -n 1; ls / >/dev/null && cat /proc/self/comm')

tap_plan 6
tap_check "the kernel can record" "$RECORDER" doctor
tap_is "the command runs while it is recorded" \
	"$("$RECORDER" record -o "$profile" -- "${work[@]}" 2>"$TEST_TMP/log")" $'100\ncat'
# If the kernel lacks the hook that it needs for the BPF programs, calls may be lost, and the
# recording says so.
hook=$("$RECORDER" doctor | grep ' hook ')
if [[ $hook == ok* ]] || ! grep -q 'not complete' "$TEST_TMP/log"; then
	tap_is "nothing was lost" "$(grep -c 'not complete' "$TEST_TMP/log")" 0
else
	tap_skip "nothing was lost" "$hook"
fi
tap_is "it runs under the profile" "$("$RECORDER" run --profile "$profile" -- "${work[@]}" 2>"$TEST_TMP/log")" \
	$'100\ncat'
# shellcheck disable=SC2016 # the shell that runs under the profile expands it
tap_check "the kernel's filter is in force" \
	"$RECORDER" run --profile "$profile" -- /bin/bash -c '[[ $(</proc/self/status) == *Seccomp:?2* ]]'
tap_check_fails "what was not recorded is stopped" \
	"$RECORDER" run --profile "$profile" -- mkdir "$TEST_TMP/made"
tap_done
