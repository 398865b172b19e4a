#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# A beginning in the middle, seen through classic tracepoints: what kernels need that preempt BPF programs.
exec "$(dirname "$0")/../bpf/with-tracefs" "$(dirname "$0")/17-found-midway.t"
