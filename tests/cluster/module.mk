# SPDX-License-Identifier: Apache-2.0
#
# Tests in a real Kubernetes cluster, which all of them share. A test that runs alone, as with
# "make test TEST=cluster/10", starts one for itself.

# What begins with no number takes long, and runs when it is asked for by its name.
CLUSTER_TESTS := $(wildcard tests/cluster/[0-9]*.t)
CLUSTER_PROGRAMS := $(patsubst %.c,$(O)/%,$(filter-out tests/cluster/later.c, \
	$(wildcard tests/cluster/*.c)))

# Front ends of the library.
$(CLUSTER_PROGRAMS): $(O)/%: %.c $(O)/librecorder.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $< $(O)/librecorder.a $(LIBS)

-include $(CLUSTER_PROGRAMS:=.d)

$(O)/tests/cluster/later.so: tests/cluster/later.c
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O1 -g -fPIC -shared -o $@ $<

# A recorder whose pins have another layout, as that of another version may.
$(O)/tests/cluster/recorder-next: src/record/recorder_pinned.c $(O)/obj/main.o $(O)/librecorder.a
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -DRECORDER_LAYOUT=1000 $(CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $^ $(LIBS)

-include $(O)/tests/cluster/recorder-next.d

$(CLUSTER_TESTS): $(O)/recorder $(CLUSTER_PROGRAMS)
tests/cluster/38-debug.t: static $(O)/tests/bpf/call
tests/cluster/44-agent-faults.t: $(O)/tests/cluster/later.so
tests/cluster/46-agent-idle.t: static
tests/cluster/faults-of-recordings.t tests/cluster/49-recording-churn.t: $(O)/tests/cluster/recorder-next

.PHONY: check-cluster cluster-tests check-recordings
check-cluster:
	$(Q)tools/deps build cluster
	+$(Q)$(MAKE) --no-print-directory WERROR=1 cluster-tests

# Nothing is started for a regular expression that matches no test.
PICKED_CLUSTER_TESTS = $(shell printf '%s\n' $(CLUSTER_TESTS) | \
	grep -E -- $(call quoted,$(value TESTS)))

# The memory of an agent that records 250 containers, and faults in every order.
SLOW_CLUSTER_TESTS := $(wildcard tests/cluster/*-of-recordings.t)
check-recordings: $(O)/recorder $(CLUSTER_PROGRAMS) $(O)/tests/cluster/recorder-next
	$(Q)tests/cluster/with-cluster env $(RUN_TESTS) $(SLOW_CLUSTER_TESTS)

cluster-tests: $(CLUSTER_TESTS)
	$(if $(PICKED_CLUSTER_TESTS),,$(error no test of tests/cluster matches TESTS=$(value TESTS)))
	$(Q)tests/cluster/with-cluster env $(RUN_TESTS) $(CLUSTER_TESTS)
