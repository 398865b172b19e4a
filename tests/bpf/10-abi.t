#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The ABI is part of a call's number: the same number means different calls in different ABIs.
# shellcheck disable=SC2016,SC2154,SC2317 # shells in shells; names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/bpf/lib.bash
. ./lib.bash

needs_root
[ "$(uname -m)" = x86_64 ] || tap_skip_all "only x86-64 runs all three ABIs here"
tap_plan 8

record -- "$PROGRAMS/call" 39 i386:20 x32:39
check "int 0x80 of a 64-bit process is i386's getpid" contains_all observed_calls compat:getpid
check "it is not writev, which has that number on x86-64" \
	contains_none observed_calls native:writev
check "a number with bit 30 is x32's" contains_all observed_calls x32:getpid
check "that is all that was made" equals observed_calls \
	native:execve native:getpid compat:getpid x32:getpid native:exit_group
check "nothing was lost" is_complete

record -- "$PROGRAMS/call32" 20 122
check "a 32-bit process makes i386 calls, after an execve that is not" equals observed_calls \
	native:execve compat:getpid compat:uname compat:exit_group

architectures() {
	"$RECORDER" record -- "$PROGRAMS/call" "$@" 2>"$LOG" | jq -r '.architectures[]' | sort
}

check "a profile lists the architecture of a 64-bit program" \
	equals 'architectures 39' SCMP_ARCH_X86_64
check "and those of the other ABIs when they were seen" \
	equals 'architectures 39 i386:20 x32:39' SCMP_ARCH_X32 SCMP_ARCH_X86 SCMP_ARCH_X86_64

tap_done
