# SPDX-License-Identifier: Apache-2.0
#
# Man page, shell completion, installation. Included by the Makefile.
#
#   make install    PREFIX=/usr/local DESTDIR=
#   make uninstall  the same

BINDIR := $(DESTDIR)$(PREFIX)/bin
MANDIR := $(DESTDIR)$(PREFIX)/share/man/man1
COMPLETIONDIR := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
DATADIR := $(DESTDIR)$(PREFIX)/share/recorder
SCHEMAS := $(sort $(wildcard deploy/*.schema.json))

# The program writes its own documentation. A program for another machine cannot be run here:
# give one that can, from the same sources (HOST_RECORDER=build/recorder).
HOST_RECORDER ?= $(O)/recorder

$(O)/recorder.1: deploy/man/recorder.1.in $(HOST_RECORDER)
	$(call say,MAN,$@)
	$(Q)$(HOST_RECORDER) help --format man-commands >$@.commands
	$(Q)$(HOST_RECORDER) help --format man-examples >$@.examples
	$(Q)sed -e '/^@COMMANDS@$$/{r $@.commands' -e 'd}' -e '/^@EXAMPLES@$$/{r $@.examples' -e 'd}' \
		$< >$@

$(O)/recorder.bash: deploy/completion/recorder.bash $(HOST_RECORDER)
	$(call say,BASH,$@)
	$(Q)$(HOST_RECORDER) help --format bash | cat - $< >$@

.PHONY: install uninstall
install: $(O)/recorder $(O)/recorder.1 $(O)/recorder.bash
	$(call say,INSTALL,$(BINDIR)/recorder)
	$(Q)install -D -m 0755 $(O)/recorder $(BINDIR)/recorder
	$(Q)install -D -m 0644 $(O)/recorder.1 $(MANDIR)/recorder.1
	$(Q)install -D -m 0644 $(O)/recorder.bash $(COMPLETIONDIR)/recorder
	$(Q)install -d -m 0755 $(DATADIR)
	$(Q)install -m 0644 $(SCHEMAS) $(DATADIR)/

uninstall:
	$(call say,REMOVE,$(BINDIR)/recorder)
	$(Q)rm -f $(BINDIR)/recorder $(MANDIR)/recorder.1 $(COMPLETIONDIR)/recorder
	$(Q)rm -f $(patsubst deploy/%,$(DATADIR)/%,$(SCHEMAS))
	$(Q)rmdir $(DATADIR) 2>/dev/null || true
