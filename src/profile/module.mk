# SPDX-License-Identifier: Apache-2.0
BASELINE_INDEX := src/profile/baseline/tables/index.tbl
BASELINE_TABLES := $(sort $(wildcard src/profile/baseline/tables/*.json))
GENERATED_OBJECTS += $(O)/obj/gen/baseline_data.o

$(O)/gen/baseline_data.c: $(BASELINE_INDEX) $(BASELINE_TABLES) tools/gen-baselines
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f tools/gen-baselines $(BASELINE_INDEX) $(BASELINE_TABLES) > $@
	$(Q)echo 'const unsigned char baseline_archive[] = {' >> $@
	$(Q)cat $(BASELINE_TABLES) | gzip -9n | od -An -v -tu1 | sed 's/\([0-9]\) /\1, /g; s/$$/,/' >> $@
	$(Q)echo '}; const size_t baseline_archive_size = sizeof(baseline_archive);' >> $@
