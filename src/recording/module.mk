# SPDX-License-Identifier: Apache-2.0
GENERATED_OBJECTS += $(O)/obj/gen/runtime_calls_data.o

$(O)/gen/runtime_calls_data.c: src/recording/runtime-calls.tbl tools/gen-runtime-calls
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f tools/gen-runtime-calls $< > $@
