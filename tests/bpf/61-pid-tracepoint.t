#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A process and its children, seen through classic tracepoints: what kernels need that preempt BPF programs.
exec "$(dirname "$0")/with-tracefs" "$(dirname "$0")/60-pid.t"
