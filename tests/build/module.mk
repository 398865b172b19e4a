# SPDX-License-Identifier: Apache-2.0

# The checker of the pipelines of deploy/ci.
$(O)/tests/actionlint: tools/build-actionlint
	$(call say,GO,$@)
	$(Q)$< $@

tests/build/pipelines.t: $(O)/tests/actionlint
