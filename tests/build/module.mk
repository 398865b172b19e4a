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

# The files that the tests look at. Those for arm64 need its libraries.
tests/build/static.t: static
ifneq ($(wildcard /usr/lib/aarch64-linux-gnu/libbpf.so),)
tests/build/arm64.t: arm64 static-arm64
endif

CROSS_ARM64 := CROSS_COMPILE=aarch64-linux-gnu-

.PHONY: arm64 static-arm64
arm64:
	+$(Q)$(MAKE) --no-print-directory O=$(O)-arm64 $(CROSS_ARM64) all

static-arm64:
	+$(Q)$(MAKE) --no-print-directory O=$(O)-static-arm64 STATIC=1 $(CROSS_ARM64) all

tests/build/metrics.t: $(O)/tests/promlint $(O)/tests/build/print_metrics
