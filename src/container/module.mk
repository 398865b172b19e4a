# SPDX-License-Identifier: Apache-2.0
#
# The messages of the container runtime interface.

GENERATED_HEADERS += $(O)/gen/container/cri.pb-c.h
GENERATED_OBJECTS += $(O)/obj/gen/container/cri.pb-c.o

$(O)/gen/container/cri.pb-c.c $(O)/gen/container/cri.pb-c.h &: src/container/cri.proto
	$(call say,PROTO,$<)
	$(Q)mkdir -p $(O)/gen
	$(Q)$(PROTOC_C) --proto_path=src --c_out=$(O)/gen container/cri.proto
