# SPDX-License-Identifier: Apache-2.0
#
# Real kernels in virtual machines. KERNELS=REGEX picks rows of tests/kernels/kernels.tbl by
# name, TESTS=REGEX the tests that run inside.

KERNEL_ROWS = $(shell awk '/^[^\#]/ { print $$1 }' tests/kernels/kernels.tbl | \
	grep -E -- $(call quoted,$(KERNELS)))
KERNEL_ARCHS = $(sort $(foreach row,$(KERNEL_ROWS),$(if $(filter arm64-%,$(row)),arm64,amd64)))
KERNEL_BUILD_amd64 :=
KERNEL_BUILD_arm64 := CROSS_COMPILE=aarch64-linux-gnu-

# What a machine of that architecture runs; without a library of its own.
.PHONY: kernel-programs check-kernels
kernel-programs: $(KERNEL_ARCHS:%=kernel-programs-%)

kernel-programs-%:
	+$(Q)$(MAKE) --no-print-directory O=$(O)-static-$* STATIC=1 $(KERNEL_BUILD_$*) \
		all test-programs

# Each row is a test for tests/run.
$(O)/tests/kernels/%.t: tests/kernels/module.mk
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' '#!/bin/sh' '# timeout: 2400' \
		"O='$(O)' exec tests/kernels/kernel $*" >$@
	$(Q)chmod +x $@

check-kernels: kernel-programs $(KERNEL_ROWS:%=$(O)/tests/kernels/%.t)
	$(Q)MACHINE_TESTS=$(call quoted,$(TESTS)) MACHINE_RESULTS=$(O)/kernels TESTS= \
		tests/run $(KERNEL_ROWS:%=$(O)/tests/kernels/%.t)
