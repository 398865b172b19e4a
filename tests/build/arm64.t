#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The same sources build for arm64, without a warning. Needs 'make deps-arm64'.
# timeout: 900
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_TMP:?is an empty directory}"
[ "$(uname -m)" = x86_64 ] || tap_skip_all "the cross build is one from x86-64"
[ -e /usr/lib/aarch64-linux-gnu/libbpf.so ] ||
	tap_skip_all "arm64 libraries are not installed ('make deps-arm64' as root)"

tap_plan 3
tap_check "it builds" make O="$TEST_TMP/arm64" CROSS_COMPILE=aarch64-linux-gnu- WERROR=1 all
tap_match "it is an arm64 program" "$(file -b "$TEST_TMP/arm64/recorder")" 'ARM aarch64'
if command -v qemu-aarch64-static >/dev/null; then
	tap_match "it runs" "$(qemu-aarch64-static "$TEST_TMP/arm64/recorder" version 2>&1)" \
		'^recorder [0-9]'
else
	tap_skip "it runs" "qemu-user-static is not installed"
fi
tap_done
