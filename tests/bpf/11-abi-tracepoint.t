#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The ABI, seen through classic tracepoints: what kernels need that preempt BPF programs.
RECORD_HOOK=tracepoint exec "$(dirname "$0")/10-abi.t"
