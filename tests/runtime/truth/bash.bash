# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # read by the test
#
# A shell script with what scripts do: pipes, here documents, globs, background jobs, traps.
workload_command=(/bin/bash "$TRUTH/script.sh")
