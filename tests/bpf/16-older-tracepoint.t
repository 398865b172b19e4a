#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What recorder does without on Linux 5.15, with the programs for classic tracepoints.
exec "$(dirname "$0")/with-tracefs" "$(dirname "$0")/15-older.t"
