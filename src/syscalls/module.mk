# SPDX-License-Identifier: Apache-2.0
PURPOSE_TABLES := src/syscalls/purpose.tbl src/syscalls/risk.tbl
ARGUMENT_TABLES := src/syscalls/value-names.tbl src/syscalls/arguments.tbl
SYSCALL_TABLES := $(filter-out $(PURPOSE_TABLES) $(ARGUMENT_TABLES),$(sort $(wildcard src/syscalls/*.tbl)))
GENERATED_OBJECTS += $(O)/obj/gen/syscall_table_data.o $(O)/obj/gen/purpose_data.o \
	$(O)/obj/gen/arguments_data.o

$(O)/gen/syscall_table_data.c: $(SYSCALL_TABLES) tools/gen-syscalls
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f tools/gen-syscalls $(SYSCALL_TABLES) > $@

$(O)/gen/purpose_data.c: $(PURPOSE_TABLES) tools/gen-purposes
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f tools/gen-purposes $(PURPOSE_TABLES) > $@

$(O)/gen/arguments_data.c: $(ARGUMENT_TABLES) $(SYSCALL_TABLES) tools/gen-arguments
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f tools/gen-arguments $(ARGUMENT_TABLES) $(SYSCALL_TABLES) > $@
