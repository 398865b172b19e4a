# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2206 # read by the test; a glob of one
#
# The server refuses to run as root. A first start is part of the run: initdb, then the server.
versions=(/usr/lib/postgresql/*/bin)
postgresql=${versions[-1]}
as_postgres=(/usr/bin/setpriv --reuid postgres --regid postgres --clear-groups --)
workload_needs=("$postgresql/postgres" "$postgresql/pgbench")
workload_command=("${as_postgres[@]}" /bin/sh -c "
	'$postgresql/initdb' -D '$TRUTH_TMP/data' -A trust -N &&
	exec '$postgresql/postgres' -D '$TRUTH_TMP/data' -p $TRUTH_PORT -k '$TRUTH_TMP' -h 127.0.0.1")
workload_prepare() {
	chmod 755 "$(dirname "$TRUTH_TMP")"
	chown postgres: "$TRUTH_TMP"
}
workload_load() {
	local connection=(-h "$TRUTH_TMP" -p "$TRUTH_PORT" -U postgres)

	wait_for_port
	"$postgresql/pgbench" "${connection[@]}" -q -i postgres
	"$postgresql/pgbench" "${connection[@]}" -c 4 -t 20 postgres
	"$postgresql/psql" "${connection[@]}" -c 'vacuum full' -c checkpoint postgres
	kill -INT "$(head -n 1 "$TRUTH_TMP/data/postmaster.pid")"
}
