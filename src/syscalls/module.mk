# SPDX-License-Identifier: Apache-2.0
SYSCALL_TABLES := $(sort $(wildcard src/syscalls/*.tbl))
GENERATED_OBJECTS += $(O)/obj/gen/syscall_table_data.o

$(O)/gen/syscall_table_data.c: $(SYSCALL_TABLES) tools/gen-syscalls
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f tools/gen-syscalls $(SYSCALL_TABLES) > $@
