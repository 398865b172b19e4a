# SPDX-License-Identifier: Apache-2.0

# What checks the pipelines of deploy/ci.
$(O)/tests/actionlint: tools/build-actionlint
	$(call say,GO,$@)
	$(Q)$< $@

check-tests check-build: $(O)/tests/actionlint
