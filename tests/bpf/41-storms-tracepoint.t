#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# 40-storms.t with classic tracepoints, the hook for kernels that preempt BPF programs.
# alone
# timeout: 180
exec "$(dirname "$0")/with-tracefs" "$(dirname "$0")/40-storms.t"
