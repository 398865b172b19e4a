#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 300
#
# 17-found-midway.t with classic tracepoints, the hook for kernels that preempt BPF programs.
exec "$(dirname "$0")/../bpf/with-tracefs" "$(dirname "$0")/17-found-midway.t"
