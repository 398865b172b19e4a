# SPDX-License-Identifier: Apache-2.0
#
# The programs of "make bench": those that measure, and BPF programs to compare with.

BENCH_PROGRAMS := $(patsubst %.c,$(O)/%,$(filter-out %.bpf.c,$(wildcard tests/bench/*.c)))
BENCH_OBJECTS := $(patsubst %.bpf.c,$(O)/%.bpf.o,$(wildcard tests/bench/*.bpf.c))

# It must be smaller than any program that it measures.
$(O)/tests/bench/cost: TEST_FLAGS += -static
$(O)/tests/bench/attach: TEST_LIBS := $(shell $(PKG_CONFIG) --libs libbpf)

$(O)/tests/bench/%.bpf.o: tests/bench/%.bpf.c $(wildcard tests/bench/*.h bpf/vmlinux*.h)
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -mcpu=v3 -target bpf -D__TARGET_ARCH_$(BPF_ARCH) -Wall -Werror \
		-Ibpf -c -o $@ $<

.PHONY: bench-programs
bench-programs: $(BENCH_PROGRAMS) $(BENCH_OBJECTS) $(O)/tests/bpf/call $(O)/tests/bpf/denied $(O)/tests/bpf/storm \
	$(O)/tests/runtime/enter_cgroup $(O)/tests/cluster/recording_nodes

bench: bench-programs
