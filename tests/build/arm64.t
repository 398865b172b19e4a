#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The same sources, built for arm64, also as one file. Needs 'make deps-arm64'.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${RECORDER:?was built, and others beside it}"
: "${TEST_TMP:?is an empty directory}"
[ "$(uname -m)" = x86_64 ] || tap_skip_all "the cross build is one from x86-64"
[ -e /usr/lib/aarch64-linux-gnu/libbpf.so ] ||
	tap_skip_all "arm64 libraries are not installed ('make deps-arm64' as root)"

# runs TEXT PROGRAM
runs() {
	if command -v qemu-aarch64-static >/dev/null; then
		tap_match "$1" "$(qemu-aarch64-static "$2" version 2>&1)" '^recorder [0-9]'
	else
		tap_skip "$1" "qemu-user-static is not installed"
	fi
}

tap_plan 5
program=${RECORDER%/*}-arm64/recorder
tap_match "it is an arm64 program" "$(file -b "$program")" 'ARM aarch64'
runs "it runs" "$program"
program=${RECORDER%/*}-static-arm64/recorder
tap_match "one file is linked statically" "$(file -b "$program")" 'ARM aarch64.*static-pie linked'
runs "and runs" "$program"
aarch64-linux-gnu-strip -o "$TEST_TMP/stripped" "$program"
size=$(stat -c %s "$TEST_TMP/stripped")
tap_check "it has 8 MiB at most: $size bytes" [ "$size" -le $((8 << 20)) ]
tap_done
