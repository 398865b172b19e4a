# SPDX-License-Identifier: Apache-2.0
#
# Fuzzing. tests/fuzz/README.md explains the results.
#
# FUZZ=REGEX selects targets by name. FUZZ_SECONDS=60 is the time that each runs, and
# FUZZ_RUNS=10000000 the number of executions of each in a campaign.

FUZZED := $(O)-fuzz
FUZZ_TARGETS := $(patsubst %.c,$(O)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ ?=
FUZZ_SECONDS ?= 60
FUZZ_RUNS ?= 10000000
RUN_FUZZERS = FUZZ_PROGRAMS=$(abspath $(FUZZED)/tests/fuzz) FUZZ='$(FUZZ)' \
	FUZZ_SECONDS=$(FUZZ_SECONDS)
# The whole library is built for the fuzzers, which must know what code each input reaches, and
# by the compiler that has them. Its warnings do not count: the other compiler decides. It also
# takes NULL + 0, as with an empty array, for an overflow. C allows that since N3322.
IN_FUZZED = +$(Q)$(MAKE) --no-print-directory O=$(FUZZED) CC=$(CLANG) WARNINGS=-Wall \
	SANITIZE='address,undefined,fuzzer-no-link -fno-sanitize=pointer-overflow'

$(O)/tests/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(O)/librecorder.a
	$(call say,FUZZ,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer $(TEST_FLAGS) -MF $@.d -o $@ $< \
		$(O)/librecorder.a $(LIBS)

# Replaces the state directories.
$(O)/tests/fuzz/fuzz_state: TEST_FLAGS += -Wl,--wrap=glob -Wl,--wrap=globfree
# Replaces a server.
$(O)/tests/fuzz/fuzz_http2: TEST_FLAGS += -Wl,--wrap=connect

-include $(FUZZ_TARGETS:=.d)

.PHONY: fuzz-targets fuzzers fuzz fuzz-campaign
fuzz-targets: $(FUZZ_TARGETS)

fuzzers:
	$(IN_FUZZED) fuzz-targets

fuzz: fuzzers
	$(Q)$(RUN_FUZZERS) $(RUN_TESTS) tests/fuzz/fuzz.t

# The fuzzers run with the other tests.
SHELL_TESTS += tests/fuzz/fuzz.t
tests/fuzz/fuzz.t: fuzzers
check-tests test: export FUZZ_PROGRAMS := $(abspath $(FUZZED)/tests/fuzz)

fuzz-campaign: fuzzers
	$(Q)$(RUN_FUZZERS) FUZZ_RUNS=$(FUZZ_RUNS) FUZZ_JOBS=1 FUZZ_CORPUS=$(abspath $(FUZZED)/corpus) \
		nice -n 19 tests/fuzz/fuzz.t

clean: clean-fuzzers
.PHONY: clean-fuzzers
clean-fuzzers:
	$(Q)rm -rf $(FUZZED)
