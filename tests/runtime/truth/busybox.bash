# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # read by the test
#
# A static program, as a shell, as many small tools, and as a server.
busybox=${busybox:-/bin/busybox}
workload_needs=("$busybox")
workload_command=("$busybox" sh "$TRUTH/busybox.sh" "$busybox" "$TRUTH_PORT" "$TRUTH_TMP")
workload_load() {
	wait_for_port
	"$TRUTH/load_http.py" "$TRUTH_PORT" /index.html /missing
	touch "$TRUTH_TMP/quit"
}
