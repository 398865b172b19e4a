# SPDX-License-Identifier: Apache-2.0
#
# Builds the programs that the BPF tests record.

NO_LIBRARY := -nostdlib -static -ffreestanding -fno-stack-protector -fno-pie -no-pie

$(O)/tests/bpf/call: TEST_FLAGS += $(NO_LIBRARY)
$(O)/tests/bpf/storm $(O)/tests/bpf/denied $(O)/tests/bpf/puppet $(O)/tests/bpf/preempt \
	$(O)/tests/bpf/steps_static: TEST_FLAGS += -pthread

# A real 32-bit process. It uses no C library, so it builds without 32-bit packages.
ifeq ($(MACHINE),x86_64)
TEST_PROGRAMS += $(O)/tests/bpf/call32
$(O)/tests/bpf/call32: TEST_FLAGS += -m32 $(NO_LIBRARY)
$(O)/tests/bpf/call32: tests/bpf/call.c
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 $(WARNINGS) -O1 -g $(TEST_FLAGS) -o $@ $<
endif

# A front end of the library, not a program to record.
$(O)/tests/bpf/session_probe: tests/bpf/session_probe.c $(O)/librecorder.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $< $(O)/librecorder.a $(LIBS)
