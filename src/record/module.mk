# SPDX-License-Identifier: Apache-2.0
#
# The BPF object is embedded twice: as a loader program that the kernel runs, which is small
# and quick, and as an ELF file for libbpf, for kernels that cannot do the former.

GENERATED_HEADERS += $(O)/gen/recorder.lskel.h

$(O)/gen/recorder.lskel.h: $(O)/recorder.bpf.o
	$(call say,LSKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton -L $< name recorder_light > $@
