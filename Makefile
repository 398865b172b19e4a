# SPDX-License-Identifier: Apache-2.0
#
#   make            build/recorder, as an ordinary user
#   make static     build-static/recorder, which needs no library where it runs
#   make demo       install what is missing, build, record a real container and run it under its profile
#   make demo O=build-static STATIC=1  the same with the file of 'make static'
#   make check      install what the tests need and run them all
#   make deps       install what all of that needs (as root)
#   make compile_commands.json  for clangd and clang-tidy: how src/ and tests/unit/ are compiled
#   make clean      remove what was built
#   make help       these and the other targets
#
# V=1 shows the commands; O=DIR builds elsewhere; SANITIZE=address,undefined instruments, in
# build-sanitized; WERROR=1 makes warnings errors, as they always are where code is instrumented;
# CROSS_COMPILE=aarch64-linux-gnu- builds for arm64; STATIC=1 links all libraries in.

V ?= 0
SANITIZE ?=
O ?= build$(if $(SANITIZE),-sanitized)
PREFIX ?= /usr/local
CROSS_COMPILE ?=
WERROR ?= $(if $(SANITIZE),1,0)
STATIC ?= 0

ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin AR),default)
AR := $(CROSS_COMPILE)ar
endif
CLANG ?= $(firstword $(shell command -v clang clang-14 clang-16 clang-19) clang)
BPFTOOL ?= $(firstword $(shell PATH=$$PATH:/usr/sbin:/sbin command -v bpftool) bpftool)
PROTOC_C ?= protoc-c
PKG_CONFIG ?= pkg-config
# Libraries of another machine are Debian's multiarch packages.
# tools/deps unpacks those that cannot be installed beside this machine's below /usr/local.
TRIPLET := $(CROSS_COMPILE:%-=%)
PKG_CONFIG_ENV := $(if $(TRIPLET),PKG_CONFIG_LIBDIR=/usr/local/lib/$(TRIPLET)/pkgconfig:/usr/lib/$(TRIPLET)/pkgconfig)
CLANG_FORMAT ?= $(firstword $(shell command -v clang-format-14 clang-format) clang-format-14)

VERSION := $(shell cat VERSION 2>/dev/null || echo 0.1.0)
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null || uname -m)))
BPF_ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(MACHINE)))

quoted = '$(subst ','\'',$(1))'
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(patsubst $(CURDIR)/%,%,$(2))
endif

LIBRARIES := libbpf jansson libseccomp libprotobuf-c yaml-0.1 libnghttp2 libssl libcrypto \
	libevent_extra libevent_core

LINK_PIE := -pie
ifeq ($(STATIC),1)
# Nothing unwinds the stack, for which the linker would add an index.
LINK_PIE := -static-pie -Wl,--gc-sections -Wl,--no-eh-frame-hdr
# They save a tenth of the file. The C library is linked in, so no other one has to know them.
ifeq ($(MACHINE),x86_64)
LINK_PIE += -Wl,-z,pack-relative-relocs
else
CFLAGS ?= -Os -g
endif
# Nothing unwinds the stack while it runs, and debuggers read .debug_frame.
SECTIONS := -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
LINK_STATIC := --static
override CPPFLAGS += -DRECORDER_STATIC
endif

HARDENING := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE
ifneq ($(SANITIZE),)
HARDENING := -fPIE -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
	-Wno-unused-parameter -Wno-missing-field-initializers
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
CFLAGS ?= -O2 -g
override CPPFLAGS += -D_GNU_SOURCE -DRECORDER_VERSION='"$(VERSION)"' -Isrc -Ibpf -I$(O)/gen \
	-MMD -MP
override CFLAGS += -std=gnu17 $(WARNINGS) $(HARDENING) $(SECTIONS)
override LDFLAGS += $(LINK_PIE) -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SANITIZE),-fsanitize=$(SANITIZE))
LIBS = $(shell $(PKG_CONFIG_ENV) $(PKG_CONFIG) $(LINK_STATIC) --libs $(LIBRARIES)) -lelf -lz

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: all
all: $(O)/recorder

# A missing package is named before the compiler stumbles over it. Goals that begin by
# installing what is missing call make once more for the rest.
GOALS_WITHOUT_BUILD := help deps deps-arm64 demo check check-kernels check-cluster check-format check-layers \
	check-shell uninstall clean
ifneq ($(filter-out $(GOALS_WITHOUT_BUILD),$(or $(MAKECMDGOALS),all)),)
MISSING := $(shell $(PKG_CONFIG_ENV) tools/missing-packages '$(CC)' '$(CLANG)' '$(BPFTOOL)' \
	'$(PROTOC_C)' '$(PKG_CONFIG)' $(LIBRARIES))
ifneq ($(MISSING),)
$(error missing: $(MISSING). Install them with 'make deps' as root, or by hand)
endif
endif

SOURCES := $(filter-out src/main.c,$(wildcard src/*/*.c src/*/*/*.c))
OBJECTS := $(SOURCES:src/%.c=$(O)/obj/%.o)
GENERATED_HEADERS :=
GENERATED_OBJECTS :=

# A folder that generates code adds its rules, and names its results in these two lists.
-include src/*/module.mk

$(O)/recorder: $(O)/obj/main.o $(O)/librecorder.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(O)/obj/main.o $(O)/librecorder.a $(LIBS)

$(O)/librecorder.a: $(OBJECTS) $(GENERATED_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# What was compiled with other flags is compiled again. FORCE has to be phony: what is secondary,
# as everything here is, may be missing without being made.
FLAGS := $(CC) $(CPPFLAGS) $(CFLAGS)
$(O)/flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo $(call quoted,$(FLAGS)) | cmp -s - $@ || echo $(call quoted,$(FLAGS)) >$@
.PHONY: FORCE
FORCE:

$(O)/obj/%.o: src/%.c $(O)/flags | $(GENERATED_HEADERS)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(O)/obj/gen/%.o: $(O)/gen/%.c $(O)/flags | $(GENERATED_HEADERS)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

-include tests/tests.mk
-include deploy/install.mk

# A new source has to be in it, so it is made each time.
compile_commands.json: FORCE | $(GENERATED_HEADERS)
	$(call say,GEN,$@)
	$(Q)printf '%s\n' src/main.c $(SOURCES) $(UNIT_SOURCES) | DIRECTORY=$(call quoted,$(CURDIR)) \
		COMMAND=$(call quoted,$(FLAGS) -c) LC_ALL=C awk -f tools/gen-compile-commands >$@

.PHONY: static
static:
	+$(Q)$(MAKE) --no-print-directory O=$(O)-static STATIC=1 all

.PHONY: help deps deps-arm64 demo
help:
	$(Q)sed -n 's/^#   \(make .*\)/\1/p' Makefile tests/tests.mk deploy/install.mk

deps:
	$(Q)tools/deps build test bench demo
	+$(Q)$(MAKE) --no-print-directory $(O)/tests/actionlint $(O)/tests/promlint

deps-arm64:
	$(Q)tools/deps build arm64

demo:
	$(Q)tools/deps build demo
	+$(Q)$(MAKE) --no-print-directory all
	$(Q)RECORDER=$(abspath $(O)/recorder) tools/demo

.PHONY: clean
clean:
	$(call say,CLEAN,$(O))
	$(Q)rm -rf $(O) $(O)-sanitized $(O)-static $(O)-arm64 $(O)-static-arm64

-include $(OBJECTS:.o=.d) $(O)/obj/main.d
