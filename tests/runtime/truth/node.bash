# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # read by the test
workload_needs=(/usr/bin/node)
workload_command=(/usr/bin/node "$TRUTH/server.js" "$TRUTH_PORT" "$TRUTH_TMP")
workload_load() {
	wait_for_port
	"$TRUTH/load_http.py" "$TRUTH_PORT" / /file /child +/echo
	"$TRUTH/load_http.py" "$TRUTH_PORT" /quit || true
}
