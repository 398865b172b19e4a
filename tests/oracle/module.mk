# SPDX-License-Identifier: Apache-2.0
#
# An oracle of its own for what the commands say about profiles.

SHELL_TESTS += tests/oracle/oracle.t
