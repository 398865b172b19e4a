#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 600
#
# Runs the pipelines of deploy/ci/ step by step, on an image of this machine. They are green
# while the image needs only accepted calls, and red when it needs a new one, with the reports
# that the service shows. The first pipeline builds the recorder that it uses. The second one
# uses the recorder under test. "docker" is Podman here, the Debian image to build in is this
# machine, and the client of the service only notes its arguments.
# shellcheck disable=SC2154 # names given to functions
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/lib/tap.bash
. ../lib/tap.bash
# shellcheck source=tests/lib/cleanup.bash
. ../lib/cleanup.bash
# shellcheck source=tests/lib/images.bash
. ../lib/images.bash
# shellcheck source=tests/lib/bundle.bash
. ../lib/bundle.bash
# shellcheck source=tests/bpf/lib.bash
. ../bpf/lib.bash
# shellcheck source=tests/runtime/containers.bash
. ./containers.bash

needs_root
needs_programs podman runc jq file make
/usr/bin/python3 -c 'import yaml' 2>/dev/null || tap_skip_all "python3-yaml is not installed"
tap_plan 19

examples=$PWD/../../deploy/ci
project=$TEST_TMP/project bin=$TEST_TMP/bin
new_cgroup cgroup
parent=${cgroup#"$(cgroup_root)"}
cleanup_add bundle_cgroup_remove "$parent"

mkdir -p "$project"/{ci,seccomp,recorder,rootfs/bin} "$bin"
cp "$examples/record-image" "$examples/compare" "$project/ci"
cp "$PROGRAMS/call" "$project/rootfs/bin/call"
cp -r ../../{Makefile,bpf,deploy,src,tests,tools} "$project/recorder"
cat >"$bin/docker" <<END
#!/bin/bash
if [ "\$1" = run ]; then
	while [ "\$1" != debian:12 ]; do
		[ "\$1" != --volume ] || cd "\${2%%:*}" || exit
		shift
	done
	exec "\${@:2}"
fi
[ "\$1" != create ] || set -- create --pull never --network none --cgroup-parent "$parent" \
	--ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "\${@:2}"
exec podman --root "$TEST_TMP/storage" --runroot "$TEST_TMP/run" --tmpdir "$TEST_TMP/tmp" \
	--storage-driver vfs --cgroup-manager cgroupfs --runtime runc "\$@"
END
cat >"$bin/sudo" <<'END'
#!/bin/bash
exec "$@"
END
cat >"$bin/install" <<END
#!/bin/bash
exec /usr/bin/install "\${@/#\/usr\/local\/bin\//$bin/}"
END
cat >"$bin/gh" <<'END'
#!/bin/bash
echo "$*" >>"$GITHUB_STEP_SUMMARY.gh"
END
chmod +x "$bin"/*
PATH=$bin:$PATH

remove_containers() {
	docker rm --all --force --time 0
	docker system reset --force
}
cleanup_add remove_containers

# The image that the project builds: its program makes exactly the given calls.
project_calls() { # NR...
	local words
	words=$(printf ',"%s"' "$@")
	printf 'FROM scratch\nCOPY rootfs /\nCMD ["/bin/call"%s]\n' "$words" >"$project/Dockerfile"
}

# Runs the steps. Skips the one that builds recorder if it is already there. The exit status is
# the pipeline's.
run_pipeline() { # FILE
	local steps=$TEST_TMP/steps step status=0

	rm -rf "$steps" "$project/recorded" "$project/reports" && mkdir "$steps"
	./ci_steps.py "$examples/$1" "$steps" || return
	for step in "$steps"/*.sh; do
		[ -e "$bin/recorder" ] && grep -q '^# Build recorder$' "$step" && continue
		[[ $status = 0 || $step == *.always.sh ]] || continue
		(cd "$project" && GITHUB_STEP_SUMMARY=$TEST_TMP/summary PULL_REQUEST=7 \
			CI_COMMIT_SHA=0123abc MAKEFLAGS='' bash -e "$step" </dev/null >>"$TEST_TMP/said" 2>&1) ||
			status=$?
	done
	return "$status"
}

# Shows the pipeline's output if a check fails.
pipeline_check() { # TEXT COMMAND...
	local failures=$tap_failures

	tap_check "$@"
	[ "$tap_failures" = "$failures" ] || tap_note "the pipeline said: $(cat "$TEST_TMP/said")"
}

exits_with() { # STATUS FILE
	: >"$TEST_TMP/said"
	: >"$TEST_TMP/summary"
	: >"$TEST_TMP/summary.gh"
	run_pipeline "$2"
	[ $? = "$1" ]
}

for pipeline in github.yaml gitlab.yaml; do
	[ "$pipeline" = github.yaml ] || ln -sf "$RECORDER" "$bin/recorder"
	project_calls "${NR[ioprio_get]}"
	rm -f "$project"/seccomp/*
	pipeline_check "$pipeline: nothing is accepted yet: red" exits_with 1 "$pipeline"
	cp "$project/recorded/app.recording.json" "$project/seccomp/"
	pipeline_check "$pipeline: what was recorded is accepted: green" exits_with 0 "$pipeline"

	project_calls "${NR[ioprio_get]}" "${NR[mq_unlink]}"
	pipeline_check "$pipeline: a new system call: red" exits_with 1 "$pipeline"
	pipeline_check "$pipeline: the log says which" grep -qw mq_unlink "$TEST_TMP/said"
	pipeline_check "$pipeline: the comment names it" grep -qw mq_unlink "$project/reports/diff.md"
	pipeline_check "$pipeline: code scanning has it" jq -e '.version == "2.1.0"
		and (.runs[0].results | any(.message.text | contains("mq_unlink")))' \
		"$project/reports/diff.sarif"
	pipeline_check "$pipeline: it is a test that failed" grep -q '<failure' \
		"$project/reports/diff.xml"
	[ "$pipeline" = github.yaml ] || continue
	pipeline_check "the recorder that recorded was built for it" grep -q static-pie \
		<(file -b "$bin/recorder")
	pipeline_check "the summary is the comment" cmp "$TEST_TMP/summary" "$project/reports/diff.md"
	pipeline_check "the comment goes to the pull request" grep -q '^pr comment 7 .*diff\.md$' \
		"$TEST_TMP/summary.gh"
done

project_calls -1
cat >>"$project/Dockerfile" <<'END'
CMD ["/bin/nothing"]
END
pipeline_check "a container that does not start: red" exits_with 125 gitlab.yaml # Podman's status
pipeline_check "nothing is left running" [ -z "$(docker ps --all --quiet)" ]
tap_done
