# SPDX-License-Identifier: Apache-2.0
#
# Real kernels in virtual machines. KERNELS=REGEX selects rows of tests/kernels/kernels.tbl by
# name. TESTS=REGEX selects the tests that run inside, and TESTS=core those that show most in
# the least time. "make check KERNELS=REGEX" runs these beside its other tests.

KERNEL_ROWS = $(shell awk '/^[a-zA-Z0-9]/ { print $$1 }' tests/kernels/kernels.tbl | \
	grep -E -- $(call quoted,$(value KERNELS)))
KERNEL_ARCHS = $(sort $(foreach row,$(KERNEL_ROWS),$(if $(filter arm64-%,$(row)),arm64,amd64)))
# The builds of other tests too, which have to agree on the flags.
KERNEL_BUILD_amd64 = O=$(O)-static
KERNEL_BUILD_arm64 = O=$(O)-static-arm64 $(CROSS_ARM64)
KERNEL_JOBS ?= $(shell nproc)

# The programs that a machine of that architecture runs, linked statically.
.PHONY: kernel-programs check-kernels
kernel-programs: $(KERNEL_ARCHS:%=kernel-programs-%)

# After the file for other tests: two makes at a time would disturb each other in one folder.
kernel-programs-amd64: static
kernel-programs-arm64: static-arm64
kernel-programs-%:
	+$(Q)$(MAKE) --no-print-directory STATIC=1 $(KERNEL_BUILD_$*) all test-programs

# A test that boots a machine. What the machine says is kept for the table.
KERNEL_TESTS = $(KERNEL_ROWS:%=$(O)/tests/kernels/%.t)
$(O)/tests/kernels/%.t: tests/kernels/module.mk
	$(Q)mkdir -p $(@D) $(O)/kernels
	$(Q)printf '%s\n' '#!/bin/bash' '# timeout: 2400' \
		'O=$(O) tests/kernels/kernel $* | tee $(O)/kernels/$*.tap' \
		'! grep -q "^not ok" $(O)/kernels/$*.tap' >$@
	$(Q)chmod +x $@

check-kernels:
	$(Q)tools/deps build kernels $(filter arm64,$(KERNEL_ARCHS))
	+$(Q)$(MAKE) --no-print-directory WERROR=1 kernel-programs $(KERNEL_TESTS)
	$(Q)MACHINE_TESTS=$(call quoted,$(value TESTS)) TESTS= TESTS_AT_ONCE=$(KERNEL_JOBS) \
		tests/run $(KERNEL_TESTS)

# Writes the table of tests/kernels/README.md from the last run.
.PHONY: kernel-report
kernel-report:
	$(Q)tests/kernels/report $(O)/kernels tests/kernels/README.md
