#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Who answers a call, seen through classic tracepoints: what kernels need that preempt BPF programs.
exec "$(dirname "$0")/with-tracefs" "$(dirname "$0")/25-answered.t"
