# SPDX-License-Identifier: Apache-2.0
#
# This one is a view of the library, not a program that is recorded.

$(O)/tests/runtime/target_probe: tests/runtime/target_probe.c $(O)/librecorder.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $< $(O)/librecorder.a $(LIBS)
