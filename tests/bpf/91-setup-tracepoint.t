#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Set-up, seen through classic tracepoints: what kernels need that preempt BPF programs.
exec "$(dirname "$0")/with-tracefs" "$(dirname "$0")/90-setup.t"
