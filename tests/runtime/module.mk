# SPDX-License-Identifier: Apache-2.0
#
# Programs that show results of the library, not programs to record.

$(O)/tests/runtime/target_probe: tests/runtime/target_probe.c $(O)/librecorder.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $< $(O)/librecorder.a $(LIBS)

$(O)/tests/runtime/grpc_probe: tests/runtime/grpc_probe.c $(O)/librecorder.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $< $(O)/librecorder.a $(LIBS)

$(O)/tests/runtime/work: TEST_FLAGS += -pthread

$(O)/tests/runtime/take_probe: tests/runtime/take_probe.c $(O)/librecorder.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $< $(O)/librecorder.a $(LIBS)
