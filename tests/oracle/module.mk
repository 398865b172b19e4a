# SPDX-License-Identifier: Apache-2.0
#
# An independent oracle for what the commands say about profiles.

SHELL_TESTS += tests/oracle/oracle.t
