# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Processes of the cluster. Each has a name, under which it can be ended by another process than
# the one that started it. What it prints is in $CLUSTER_DIRECTORY/log/NAME, and what others of that
# name printed before it, also for other tests, is in log/NAME.before.

service_start() { # NAME COMMAND...
	local name=$1
	shift
	mkdir -p "$CLUSTER_DIRECTORY"/{log,run}
	[ ! -e "$CLUSTER_DIRECTORY/log/$name" ] ||
		cat "$CLUSTER_DIRECTORY/log/$name" >>"$CLUSTER_DIRECTORY/log/$name.before"
	: >"$CLUSTER_DIRECTORY/log/$name"
	# A session of its own: what interrupts a test, or ends its group, is not meant for it.
	setsid "$@" >>"$CLUSTER_DIRECTORY/log/$name" 2>&1 </dev/null &
	echo "$!" >"$CLUSTER_DIRECTORY/run/$name"
	disown # the shell says nothing when it is killed
}

# Prints the process, or fails if the service does not run.
service_process() { # NAME
	local process
	process=$(cat "$CLUSTER_DIRECTORY/run/$1" 2>/dev/null) && ! has_ended "$process" &&
		echo "$process"
}

# Nothing is lost by SIGKILL here, and the API server alone would take 10 s over SIGTERM.
service_stop() { # NAME [SIGNAL]
	local process
	process=$(service_process "$1") || return 0
	kill "-${2:-KILL}" "$process"
	wait_until 10 has_ended "$process" || kill -KILL "$process"
	wait_until 10 service_has_no_threads "$process"
	rm -f "$CLUSTER_DIRECTORY/run/$1"
}

# The threads of a process may outlive its first one for a moment, and so may its sockets.
service_has_no_threads() { # PROCESS
	[ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -le 1 ]
}

# Waits until the command succeeds. Fails early, with the last of the log, if the service ends.
service_wait() { # NAME SECONDS COMMAND...
	local name=$1 seconds=$2
	shift 2
	if ! wait_until "$seconds" service_is_ready_or_over "$name" "$@" ||
		! service_process "$name" >/dev/null; then
		echo "$name is not ready:" >&2
		tail -n 20 "$CLUSTER_DIRECTORY/log/$name" >&2
		return 1
	fi
}

service_is_ready_or_over() { # NAME COMMAND...
	"${@:2}" >/dev/null 2>&1 || ! service_process "$1" >/dev/null
}
