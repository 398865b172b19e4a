# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # read by the test
workload_needs=(/usr/bin/python3)
workload_command=(/usr/bin/python3 "$TRUTH/work.py")
