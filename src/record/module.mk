# SPDX-License-Identifier: Apache-2.0
#
# The BPF object, in two variants: for tp_btf, and for classic tracepoints where the kernel preempts
# tp_btf programs. Each is embedded twice: as a loader program that the kernel runs, which is small
# and quick, and as an ELF file for libbpf, for kernels that cannot do the former.

GENERATED_HEADERS += $(foreach variant,recorder tracepoint,$(foreach kind,skel lskel,\
	$(O)/gen/$(variant).$(kind).h))

$(O)/tracepoint.bpf.o: BPF_FLAGS += -DTRACEPOINT_VARIANT

$(O)/recorder.bpf.o $(O)/tracepoint.bpf.o: bpf/recorder.bpf.c $(wildcard bpf/*.h) Makefile
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -mcpu=v3 -target bpf -D__TARGET_ARCH_$(BPF_ARCH) -Wall -Werror \
		$(BPF_FLAGS) -Ibpf -c -o $(@:.bpf.o=.unlinked.bpf.o) $<
	$(Q)$(BPFTOOL) gen object $@ $(@:.bpf.o=.unlinked.bpf.o)

$(O)/gen/%.skel.h: $(O)/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_full > $@

$(O)/gen/%.lskel.h: $(O)/%.bpf.o tools/share-zeros
	$(call say,LSKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton -L $< name $*_light > $@.whole
	$(Q)LC_ALL=C awk -f tools/share-zeros $@.whole > $@
