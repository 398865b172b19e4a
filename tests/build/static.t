#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# 'make static' links one file that needs nothing where it runs.
# timeout: 900
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_TMP:?is an empty directory}"
tap_plan 6
tap_check "it builds" make O="$TEST_TMP/build" WERROR=1 static
program=$TEST_TMP/build-static/recorder
tap_match "it is linked statically" "$(file -b "$program")" 'static-pie linked'

# With nothing but itself: no loader, no library, no configuration.
mkdir -p "$TEST_TMP/root/etc" && cp "$program" "$TEST_TMP/root/"
echo nobody:x:65534:65534:nobody:/:/bin/false >"$TEST_TMP/root/etc/passwd"
if [ "$(id -u)" = 0 ]; then
	tap_match "it runs where there is nothing else" \
		"$(chroot "$TEST_TMP/root" /recorder version 2>&1)" '^recorder [0-9]'
	tap_is "it records, as another user" "$("$program" record -o "$TEST_TMP/profile.json" \
		--user nobody -- id -un 2>"$TEST_TMP/log")" nobody
else
	tap_skip "it runs where there is nothing else" "changing the root needs root"
	tap_skip "it records, as another user" "recording needs root"
fi
tap_check_fails "an unknown user is not asked for in libraries" \
	"$program" record --user no-such-user -- true
# A socket that nobody listens at is enough to get that far.
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$TEST_TMP/socket"
tap_match "it says what it cannot do" "$("$program" record --pod app=x \
	--runtime-endpoint "$TEST_TMP/socket" 2>&1)" 'make static'
tap_done
