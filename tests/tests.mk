# SPDX-License-Identifier: Apache-2.0
#
# Tests. Included by the Makefile.
#
#   make test TEST=REGEX  the tests whose path matches, and builds only what they need;
#                       SANITIZE=address,undefined instruments them, as check-unit does
#   make check          everything, after installing what it needs (as root)
#   make check-unit     C tests of src/, under the address and undefined behaviour sanitizers
#   make check-build    installation, the cross build, and these tools themselves
#   make check-cli      messages and exit statuses
#   make check-bpf      the BPF program on the running kernel (as root)
#   make check-runtime  real container runtimes (as root)
#   make check-cluster  in a real Kubernetes cluster, which is built once, in 10 minutes (as root)
#   make check-kernels  the BPF program on every kernel of a table, in virtual machines
#   make check-static   formatting, layers, shell scripts, man page
#   make fuzz           the parsers, each for a minute
#   make fuzz-campaign  the parsers, ten million executions each
#   make bench          what recording costs, and working with files; BENCH='files start' picks;
#                       BEFORE=FILE measures another build's recorder beside this one
#
# TESTS=REGEX picks tests by path for all others. A folder with needs of its own says so in its
# module.mk, such as a program's flags, and what a shell test needs besides the recorder:
#
#	$(O)/tests/bpf/compat: TEST_FLAGS := -m32 -nostdlib -static
#	tests/cli/diff.t: $(O)/tests/schemas

SANITIZED := $(O)-sanitized
UNIT_SOURCES := $(wildcard tests/unit/*/test_*.c tests/unit/*/*/test_*.c)
UNIT_TESTS := $(UNIT_SOURCES:%.c=$(O)/%)
TEST_PROGRAMS := $(patsubst %.c,$(O)/%,$(wildcard tests/bpf/*.c tests/runtime/*.c))
SHELL_TESTS := $(wildcard tests/build/*.t tests/cli/*.t tests/bpf/*.t tests/runtime/*.t)
SHELL_SCRIPTS := $(shell grep -rlE '^.!/bin/(ba)?sh' tests tools deploy .ci)
SHELL_LIBRARIES := $(shell grep -rlE '^. shellcheck shell=bash' --include='*.bash' tests deploy)
TEST_FLAGS :=
TEST_LIBS :=

RUN_TESTS = RECORDER=$(abspath $(O)/recorder) TEST_PROGRAMS=$(abspath $(O)/tests) \
	TESTS='$(TESTS)' tests/run
IN_SANITIZED = +$(Q)$(MAKE) --no-print-directory O=$(SANITIZED) SANITIZE=address,undefined

# Compiling costs ten times as much as linking, and a change of src/ asks only for the latter.
$(O)/obj/tests/unit/%.o: tests/unit/%.c $(O)/flags | $(GENERATED_HEADERS)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(UNIT_TESTS): $(O)/tests/unit/%: $(O)/obj/tests/unit/%.o $(O)/librecorder.a
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(TEST_FLAGS) -o $@ $^ -lcmocka $(LIBS) $(TEST_LIBS)

# Programs that are recorded: built plainly, without what hardening and sanitizers add.
$(O)/tests/%_static: TEST_FLAGS += -static
$(O)/tests/%: tests/%.c
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O1 -g $(TEST_FLAGS) -o $@ $< $(TEST_LIBS)

-include tests/*/module.mk
-include $(UNIT_TESTS:$(O)/%=$(O)/obj/%.d)

$(SHELL_TESTS): $(O)/recorder
$(filter tests/bpf/% tests/runtime/%,$(SHELL_TESTS)): test-programs

.PHONY: test-programs unit-tests
test-programs: $(TEST_PROGRAMS)
unit-tests: $(UNIT_TESTS)

# A path may be absolute, as editors give it.
ifneq ($(filter test,$(MAKECMDGOALS)),)
PICKED := $(if $(TEST),$(shell printf '%s\n' $(UNIT_SOURCES) $(SHELL_TESTS) $(CLUSTER_TESTS) | \
	grep -E -- $(call quoted,$(patsubst ./%,%,$(subst $(CURDIR)/,,$(value TEST))))))
ifeq ($(PICKED),)
$(error $(if $(TEST),no test matches TEST=$(value TEST),TEST=REGEX says which test))
endif
endif
PICKED_TESTS := $(patsubst %.c,$(O)/%,$(PICKED))

.PHONY: test
test: $(PICKED_TESTS)
	$(Q)$(RUN_TESTS) $(PICKED_TESTS)

.PHONY: check check-tests check-build check-unit check-cli check-bpf check-runtime
check:
	$(Q)tools/deps build test $(if $(KERNELS),kernels $(filter arm64,$(KERNEL_ARCHS)))
	+$(Q)$(MAKE) --no-print-directory WERROR=1 check-static
	+$(Q)$(MAKE) --no-print-directory WERROR=1 check-tests

# The longest tests come first, since they run beside the rest: machines, fuzzers, the oracle.
LONG_TESTS = $(if $(KERNELS),$(KERNEL_TESTS)) $(filter tests/fuzz/% tests/oracle/%,$(SHELL_TESTS))
check-tests: $(SHELL_TESTS) $(if $(KERNELS),kernel-programs $(KERNEL_TESTS))
	$(IN_SANITIZED) all unit-tests
	$(Q)RECORDER_SANITIZED=$(abspath $(SANITIZED)/recorder) MACHINE_TESTS=core FUZZ_JOBS=1 \
		$(RUN_TESTS) $(LONG_TESTS) $(UNIT_TESTS:$(O)/%=$(SANITIZED)/%) \
		$(filter-out $(LONG_TESTS),$(SHELL_TESTS))

check-unit:
	$(IN_SANITIZED) unit-tests
	$(Q)$(RUN_TESTS) $(UNIT_TESTS:$(O)/%=$(SANITIZED)/%)

check-build: $(filter tests/build/%,$(SHELL_TESTS))
	$(Q)$(RUN_TESTS) $(filter tests/build/%,$(SHELL_TESTS))

check-cli: $(filter tests/cli/%,$(SHELL_TESTS))
	$(Q)$(RUN_TESTS) $(filter tests/cli/%,$(SHELL_TESTS))

check-bpf: $(filter tests/bpf/%,$(SHELL_TESTS))
	$(Q)$(RUN_TESTS) $(filter tests/bpf/%,$(SHELL_TESTS))

check-runtime: $(filter tests/runtime/%,$(SHELL_TESTS))
	$(Q)$(RUN_TESTS) $(filter tests/runtime/%,$(SHELL_TESTS))

.PHONY: check-static check-format check-layers check-shell check-manual
check-static: check-format check-layers check-shell check-manual

check-format:
	$(call say,FORMAT,.clang-format)
	$(Q)CLANG_FORMAT=$(CLANG_FORMAT) tools/check-format

check-layers:
	$(call say,LAYERS,src)
	$(Q)tools/check-layers

check-shell:
	$(call say,SHELL,scripts)
	$(Q)printf '%s\n' $(SHELL_SCRIPTS) | xargs -P "$$(nproc)" -n 16 shellcheck
	$(Q)shellcheck --exclude=SC2034,SC2154 $(SHELL_LIBRARIES) # variables of who sources them

check-manual: $(O)/recorder.1
	$(call say,MANUAL,$<)
	$(Q)! mandoc -Tlint $< 2>&1 | grep -v 'mandoc\.db'

.PHONY: bench
bench: all test-programs
	$(Q)RECORDER=$(abspath $(O)/recorder) BEFORE='$(BEFORE)' O=$(abspath $(O)) tests/bench/run $(BENCH)
