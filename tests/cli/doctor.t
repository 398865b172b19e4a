#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# doctor tells machines that can record from those that cannot: what is missing is taken away
# here, in a mount namespace of the test's own or from the process, never from the machine.
# shellcheck disable=SC2016 # shells in shells
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash

: "${RECORDER:?is the recorder to test}"
: "${TEST_TMP:?is an empty directory}"
[ "$(id -u)" = 0 ] || tap_skip_all "taking things away needs root"

status_of() { # CHECK, in the JSON of doctor on standard input
	jq -r --arg check "$1" '.checks[] | select(.check == $check) | .status'
}

# Without what is mounted over.
without() { # PATH COMMAND...
	unshare --mount --propagation private sh -c 'mount --bind /var/empty "$0" 2>/dev/null ||
		mount -t tmpfs tmpfs "$0"; exec "$@"' "$@"
}

tap_plan 18
json=$("$RECORDER" doctor --json)
tap_is "this machine can record" "$?" 0
tap_is "and the JSON says so" "$(jq .able <<<"$json")" true
tap_is "every check has a known status" \
	"$(jq -r '.checks[].status' <<<"$json" | grep -vxE 'ok|warning|failed')" ""
tap_is "every check says what it found" "$(jq '[.checks[] | select(.message == "")] | length' <<<"$json")" 0
text=$("$RECORDER" doctor)
tap_is "as text: one line per check and one at the end" "$(wc -l <<<"$text")" \
	"$(jq '.checks | length + 1' <<<"$json")"
tap_match "which gives the result" "${text##*$'\n'}" "This machine can record."

weak=$(setpriv --reuid 65534 --clear-groups --bounding-set=-all --inh-caps=-all \
	"$RECORDER" doctor --json 2>&1)
tap_is "without capabilities it cannot" "$?" 1
tap_is "capabilities are what failed" "$(status_of capabilities <<<"$weak")" failed
tap_is "and loading fails" "$(status_of load <<<"$weak")" failed
tap_is "the kernel is the same" "$(status_of kernel <<<"$weak")" ok

# The kernel's own BTF stays: what doctor says has to be what record does.
bare=$(without /sys/kernel/btf "$RECORDER" doctor --json)
able=false
! without /sys/kernel/btf "$RECORDER" record -q -- true >/dev/null || able=true
tap_is "without visible BTF, doctor and record agree" "$(jq .able <<<"$bare")" "$able"
tap_is "but doctor warns" "$(status_of btf <<<"$bare")" warning
tap_match "and names the kernel to boot" \
	"$(jq -r '.checks[] | select(.check == "btf") | .message' <<<"$bare")" "CONFIG_DEBUG_INFO_BTF"

none=$("$RECORDER" doctor --json --runtime-endpoint "$TEST_TMP/nothing.sock")
tap_is "a container runtime is not essential" "$?" 0
tap_is "its absence is a warning" "$(status_of runtime <<<"$none")" warning

# The programs are read, not run: nothing is left in there that could be.
version=$(runc --version 2>/dev/null | sed -n 's/^runc version \([0-9.]*\).*/\1/p')
library=$(runc --version 2>/dev/null | sed -n 's/^libseccomp: //p')
if [ -n "$version" ]; then
	tap_match "runtimes are named, with what they know calls by" "$text" \
		"programs +runc $version with libseccomp $library"
else
	tap_skip "runtimes are named" "runc is not installed"
fi
mkdir "$TEST_TMP/bin"
printf '#!/bin/sh\nexec sleep 1000\n' >"$TEST_TMP/bin/runc"
chmod 755 "$TEST_TMP/bin/runc"
tap_match "one that is no program is of unknown version" \
	"$(unshare --mount --propagation private sh -c 'mount --bind "$0" /usr/sbin/ &&
		exec "$1" doctor' "$TEST_TMP/bin" "$RECORDER")" \
	"runc of unknown version with libseccomp of unknown version"

tap_is "the checks leave nothing behind" \
	"$(find /sys/fs/cgroup -type d -name 'recorder-*' -newer "$0" 2>/dev/null | grep -c "/recorder-[0-9]*$")" 0
tap_done
