#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Storms, seen through classic tracepoints: what kernels need that preempt BPF programs.
# timeout: 180
exec "$(dirname "$0")/with-tracefs" "$(dirname "$0")/40-storms.t"
