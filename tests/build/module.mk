# SPDX-License-Identifier: Apache-2.0

# The checker of the pipelines of deploy/ci.
$(O)/tests/actionlint: tools/build-actionlint
	$(call say,GO,$@)
	$(Q)$< $@

tests/build/pipelines.t: $(O)/tests/actionlint

# The linter of metrics, and the metrics.
$(O)/tests/promlint: tools/build-promlint $(wildcard tests/build/promlint/*)
	$(call say,GO,$@)
	$(Q)$< $@

$(O)/tests/build/print_metrics: tests/build/print_metrics.c $(O)/librecorder.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $< $(O)/librecorder.a $(LIBS)

-include $(O)/tests/build/print_metrics.d

tests/build/metrics.t: $(O)/tests/promlint $(O)/tests/build/print_metrics
