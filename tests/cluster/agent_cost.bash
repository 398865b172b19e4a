# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For tests of what an agent costs: each runs in a cgroup that counts its memory.

# Prints a directory in the hierarchy that counts memory.
memory_root() {
	awk '$3 == "cgroup" && $4 ~ /(^|,)memory(,|$)/ { v1 = $2 } $3 == "cgroup2" { v2 = $2 }
		END { print v1 ? v1 : v2 }' /proc/mounts
}

cgroup_of() { # NODE
	echo "$(memory_root)/agent-$$-$1"
}

# Starts an agent in a cgroup of its own. What it reads of its file is counted there, too.
start_counted() { # NODE PROGRAM
	AGENT_CGROUP=$(cgroup_of "$1") AGENT_PROGRAM=$TEST_TMP/recorder-$1
	mkdir "$AGENT_CGROUP" && cleanup_add rmdir "$AGENT_CGROUP" && cleanup_add agent_stop "$1"
	strip -o "$AGENT_PROGRAM" "$2"
	sync "$AGENT_PROGRAM"
	dd if="$AGENT_PROGRAM" iflag=nocache count=0 status=none
	agent_start "$1"
}

# Prints what the cgroup of a node's agent has in KiB.
memory_of() { # NODE
	cat "$(cgroup_of "$1")"/memory.{current,usage_in_bytes} 2>/dev/null |
		awk '{ print int($1 / 1024) }'
}

# Prints how much of that is memory of no file.
anonymous_of() { # NODE
	awk '$1 == "anon" || $1 == "rss" { print int($2 / 1024); exit }' "$(cgroup_of "$1")/memory.stat"
}

# True once no more is left than this, after the kernel has been asked for what it keeps of files only
# because nobody else needs the memory.
shrinks_to() { # NODE KIB
	local cgroup
	cgroup=$(cgroup_of "$1")
	if [ -e "$cgroup/memory.force_empty" ]; then
		echo 0 >"$cgroup/memory.force_empty"
	else
		echo 1G >"$cgroup/memory.reclaim"
	fi 2>/dev/null
	[ "$(memory_of "$1")" -le "$2" ]
}

# Prints the processor time of an agent in clock ticks.
time_of() { # NODE
	sed 's/.*) //' "/proc/$(service_process "$1-agent")/stat" | awk '{ print $12 + $13 }'
}

# Prints the most that the cgroup of a node's agent ever had, in KiB; nothing before Linux 5.19 with cgroup
# v2 alone.
peak_of() { # NODE
	cat "$(cgroup_of "$1")"/memory.{peak,max_usage_in_bytes} 2>/dev/null |
		awk '{ print int($1 / 1024) }'
}
