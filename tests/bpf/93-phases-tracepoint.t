#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Set-up and work, seen through classic tracepoints: what kernels need that preempt BPF programs.
exec "$(dirname "$0")/with-tracefs" "$(dirname "$0")/92-phases.t"
