#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# 12-values.t with classic tracepoints, the hook for kernels that preempt BPF programs.
exec "$(dirname "$0")/with-tracefs" "$(dirname "$0")/12-values.t"
