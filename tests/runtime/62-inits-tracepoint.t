#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# Inits, seen through classic tracepoints: what kernels need that preempt BPF programs.
exec "$(dirname "$0")/../bpf/with-tracefs" "$(dirname "$0")/62-inits.t"
