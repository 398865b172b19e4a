#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prometheus's own linter finds nothing against the names and the format of the agent's metrics.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/tap.bash
. tests/lib/tap.bash

: "${TEST_PROGRAMS:?is where what tests need was built}"
promlint=$TEST_PROGRAMS/promlint
[ -x "$promlint" ] || tap_skip_all "Go could not build promlint"

tap_plan 3
metrics=$("$TEST_PROGRAMS/build/print_metrics")
tap_match "there are metrics" "$metrics" 'recorder_profiles\{status="Installed"\} 1'
tap_is "they pass promlint" "$("$promlint" <<<"$metrics")" ''
tap_match "which finds a mistake" "$("$promlint" <<<"${metrics//_seconds/_milliseconds}")" \
	'use base unit "seconds"'
tap_done
