# SPDX-License-Identifier: Apache-2.0
#
# Tests. Included by the Makefile.
#
#   make check          everything, after installing what it needs (as root)
#   make check-unit     C tests of src/, under the address and undefined behaviour sanitizers
#   make check-build    installation, the cross build, and these tools themselves
#   make check-cli      messages and exit statuses
#   make check-bpf      the BPF program on the running kernel (as root)
#   make check-runtime  real container runtimes (as root)
#   make check-kernels  the BPF program on every kernel of a table, in virtual machines
#   make check-static   formatting, layers, shell scripts, man page
#   make fuzz           the parsers, each for a minute
#   make fuzz-campaign  the parsers, ten million executions each
#   make bench          what recording costs, and working with files; BENCH='files start' picks;
#                       BEFORE=FILE measures another build's recorder beside this one
#
# TESTS=REGEX picks tests by path. A folder with needs of its own says so in its module.mk,
# such as a program's flags:
#
#	$(O)/tests/bpf/compat: TEST_FLAGS := -m32 -nostdlib -static

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
IN_SANITIZED = +$(Q)$(MAKE) --no-print-directory O=$(SANITIZED) SANITIZE=address,undefined WERROR=1

$(O)/tests/unit/%: tests/unit/%.c $(O)/librecorder.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(TEST_FLAGS) -MF $@.d -o $@ $< $(O)/librecorder.a \
		-lcmocka $(LIBS) $(TEST_LIBS)

# Programs that are recorded: built plainly, without what hardening and sanitizers add.
$(O)/tests/%_static: TEST_FLAGS += -static
$(O)/tests/%: tests/%.c
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O1 -g $(TEST_FLAGS) -o $@ $< $(TEST_LIBS)

-include tests/*/module.mk
-include $(UNIT_TESTS:=.d)

.PHONY: test-programs unit-tests
test-programs: $(TEST_PROGRAMS)
unit-tests: $(UNIT_TESTS)

.PHONY: check check-tests check-build check-unit check-cli check-bpf check-runtime
check:
	$(Q)tools/deps build test
	+$(Q)$(MAKE) --no-print-directory WERROR=1 check-static
	+$(Q)$(MAKE) --no-print-directory WERROR=1 check-tests

check-tests: all test-programs
	$(IN_SANITIZED) all unit-tests
	$(Q)RECORDER_SANITIZED=$(abspath $(SANITIZED)/recorder) $(RUN_TESTS) \
		$(UNIT_TESTS:$(O)/%=$(SANITIZED)/%) $(SHELL_TESTS)

check-unit:
	$(IN_SANITIZED) unit-tests
	$(Q)$(RUN_TESTS) $(UNIT_TESTS:$(O)/%=$(SANITIZED)/%)

check-build: all
	$(Q)$(RUN_TESTS) $(filter tests/build/%,$(SHELL_TESTS))

check-cli: all
	$(Q)$(RUN_TESTS) $(filter tests/cli/%,$(SHELL_TESTS))

check-bpf: all test-programs
	$(Q)$(RUN_TESTS) $(filter tests/bpf/%,$(SHELL_TESTS))

check-runtime: all test-programs
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
	$(Q)shellcheck $(SHELL_SCRIPTS)
	$(Q)shellcheck --exclude=SC2034,SC2154 $(SHELL_LIBRARIES) # variables of who sources them

check-manual: $(O)/recorder.1
	$(call say,MANUAL,$<)
	$(Q)! mandoc -Tlint $< 2>&1 | grep -v 'mandoc\.db'

.PHONY: bench
bench: all test-programs
	$(Q)RECORDER=$(abspath $(O)/recorder) BEFORE='$(BEFORE)' O=$(abspath $(O)) tests/bench/run $(BENCH)
