# SPDX-License-Identifier: Apache-2.0
#
# Real kernels in virtual machines. KERNELS=REGEX selects rows of tests/kernels/kernels.tbl by
# name. TESTS=REGEX selects the tests that run inside, and TESTS=core those that show most in
# the least time.

KERNEL_ROWS = $(shell awk '/^[a-zA-Z0-9]/ { print $$1 }' tests/kernels/kernels.tbl | \
	grep -E -- $(call quoted,$(value KERNELS)))
KERNEL_ARCHS = $(sort $(foreach row,$(KERNEL_ROWS),$(if $(filter arm64-%,$(row)),arm64,amd64)))
# The builds of other tests too, which have to agree on the flags.
KERNEL_BUILD_amd64 = O=$(O)-static
KERNEL_BUILD_arm64 = O=$(O)-static-arm64 $(CROSS_ARM64)
KERNEL_JOBS ?= $(shell nproc)

# The programs that a machine of that architecture runs, linked statically.
.PHONY: kernel-programs kernel-results check-kernels
kernel-programs: $(KERNEL_ARCHS:%=kernel-programs-%)

kernel-programs-%:
	+$(Q)$(MAKE) --no-print-directory STATIC=1 $(KERNEL_BUILD_$*) all test-programs

# Each machine writes TAP into a file, which a script passes to tests/run.
$(O)/kernels/%.tap: FORCE
	$(call say,BOOT,$*)
	$(Q)mkdir -p $(@D)
	$(Q)O=$(O) MACHINE_TESTS=$(call quoted,$(value TESTS)) tests/kernels/kernel $* >$@

$(O)/tests/kernels/%.t: tests/kernels/module.mk
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' '#!/bin/sh' 'cat $(O)/kernels/$*.tap' \
		'! grep -q "^not ok" $(O)/kernels/$*.tap' >$@
	$(Q)chmod +x $@

kernel-results: $(KERNEL_ROWS:%=$(O)/kernels/%.tap)

check-kernels:
	$(Q)tools/deps build kernels $(filter arm64,$(KERNEL_ARCHS))
	+$(Q)$(MAKE) --no-print-directory WERROR=1 kernel-programs $(KERNEL_ROWS:%=$(O)/tests/kernels/%.t)
	+$(Q)$(MAKE) --no-print-directory -j$(KERNEL_JOBS) kernel-results
	$(Q)TESTS= tests/run $(KERNEL_ROWS:%=$(O)/tests/kernels/%.t)

# Writes the table of tests/kernels/README.md from the last run.
.PHONY: kernel-report
kernel-report:
	$(Q)tests/kernels/report $(O)/kernels tests/kernels/README.md
