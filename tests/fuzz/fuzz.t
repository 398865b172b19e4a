#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the fuzz targets, each a test that fails with its first finding.
#
# FUZZ_PROGRAMS          where the targets were built (make fuzzers)
# FUZZ=REGEX             runs only the targets whose name matches
# FUZZ_SECONDS=60        how long each runs, with inputs from FUZZ_SEED=1, or
# FUZZ_RUNS=NUMBER       how many executions each makes, however long that takes
# FUZZ_JOBS=NUMBER       how many run at the same time; as many as there are processors
# FUZZ_CORPUS=DIRECTORY  keeps what the targets learn, for the next run to begin with
#
# A target begins with its corpus and the files of its lines "// seeds: PATH", and runs with the
# fuzzer's options of its line "// options: …". An input that makes it fail is kept in the
# directory "findings" next to the targets.
#
# timeout: 1800
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash
# shellcheck source=tests/lib/cleanup.bash
. tests/lib/cleanup.bash

: "${FUZZ_PROGRAMS:?is where the fuzz targets were built}"
findings=$FUZZ_PROGRAMS/findings
work=$(mktemp -d) || exit 1
cleanup_add rm -rf "$work"
# Only what a finding needs: the defaults would take half of the time.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:malloc_context_size=4:quarantine_size_mb=16

limits() {
	if [ -n "${FUZZ_RUNS:-}" ]; then
		echo "-runs=$FUZZ_RUNS"
	else
		# The same inputs each time, so that a result depends only on the commit.
		echo "-max_total_time=${FUZZ_SECONDS:-60} -seed=${FUZZ_SEED:-1}"
	fi
}

# An input that takes ten seconds or two gigabytes is a finding, too.
fuzz() { # NAME
	local name=$1 learnt=${FUZZ_CORPUS:-$work}/$1 limits options seeds
	mkdir -p "$learnt" "$findings"
	mapfile -t seeds < <(sed -n 's|^// seeds: ||p' "tests/fuzz/fuzz_$name.c")
	read -ra options < <(sed -n 's|^// options: ||p' "tests/fuzz/fuzz_$name.c")
	[ ! -d "tests/fuzz/corpus/$name" ] || seeds+=("tests/fuzz/corpus/$name")
	read -ra limits < <(limits)
	options+=("${limits[@]}" -print_final_stats=1 -timeout=10 -rss_limit_mb=2048
		-artifact_prefix="$findings/$name-")
	[ ! -f "tests/fuzz/corpus/$name.dict" ] || options+=("-dict=tests/fuzz/corpus/$name.dict")
	"$FUZZ_PROGRAMS/fuzz_$name" "${options[@]}" "$learnt" "${seeds[@]}" >"$work/$name.log" 2>&1
	echo $? >"$work/$name.status"
}

# Prints the fuzzer's counts: executions, and how much of the code it reached.
summary() { # LOG
	awk '/^stat::number_of_executed_units/ { executions = $2 }
		/^stat::average_exec_per_sec/ { speed = $2 }
		match($0, / cov: [0-9]+/) { edges = substr($0, RSTART + 6, RLENGTH - 6) }
		END { printf "%d executions, %d a second, %d edges reached\n", executions, speed, edges }' "$1"
}

report() { # NAME
	local name=$1 text
	text="$name: $(summary "$work/$name.log")"
	if [ "$(cat "$work/$name.status")" = 0 ]; then
		tap_ok "$text"
	else
		tap_not_ok "$text" "$(grep -v $'^#[0-9]*\t' "$work/$name.log" | tail -n 60)"
	fi
}

names=()
for program in "$FUZZ_PROGRAMS"/fuzz_*; do
	name=${program##*/fuzz_}
	[ -x "$program" ] && [ -e "tests/fuzz/fuzz_$name.c" ] && [[ $name =~ ${FUZZ:-} ]] && names+=("$name")
done
tap_plan "${#names[@]}"
for name in ${names[@]+"${names[@]}"}; do
	while [ "$(jobs -rp | wc -l)" -ge "${FUZZ_JOBS:-$(nproc)}" ]; do
		wait -n
	done
	fuzz "$name" &
done
wait
for name in ${names[@]+"${names[@]}"}; do
	report "$name"
done
tap_done
