#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The pipelines that users copy pass a syntax checker. tests/runtime/95-ci.t runs their steps.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_PROGRAMS:?is where what tests need was built}"
: "${TEST_TMP:?is an empty directory}"
actionlint=$TEST_PROGRAMS/actionlint
[ -x "$actionlint" ] || tap_skip_all "Go could not build actionlint"

tap_plan 2
tap_check "github.yaml passes actionlint" "$actionlint" deploy/ci/github.yaml
sed 's/runs-on:/run-on:/' deploy/ci/github.yaml >"$TEST_TMP/wrong.yaml"
tap_check_fails "which finds a mistake" "$actionlint" "$TEST_TMP/wrong.yaml"
tap_done
