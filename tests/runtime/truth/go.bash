# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # read by the test
#
# A static program that makes its system calls without a C library.
workload_needs=("$(command -v go)")
workload_command=("$TRUTH_TMP/server" "$TRUTH_PORT" "$TRUTH_TMP")
workload_prepare() {
	GOCACHE=$TRUTH_TMP/cache GOFLAGS=-mod=mod CGO_ENABLED=0 GO111MODULE=off \
		go build -o "$TRUTH_TMP/server" "$TRUTH/server.go"
}
workload_load() {
	wait_for_port
	"$TRUTH/load_http.py" "$TRUTH_PORT" / /file +/echo
	"$TRUTH/load_http.py" "$TRUTH_PORT" /quit || true
}
