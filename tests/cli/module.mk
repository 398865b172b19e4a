# SPDX-License-Identifier: Apache-2.0
#
# The published schemas that reports have to keep to.
$(O)/tests/schemas: tools/fetch-schemas
	$(call say,FETCH,$@)
	$(Q)$< $@

tests/cli/diff.t: $(O)/tests/schemas
