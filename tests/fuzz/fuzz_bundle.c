// SPDX-License-Identifier: Apache-2.0
//
// A container's OCI configuration, config.json.
#include "input.h"

#include "container/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_bundle_ struct bundle bundle = {};
	struct error err = ERROR_INIT;
	size_t i;

	if (failed(bundle_parse((const char *)data, size, &bundle, &err), &err))
		return 0;
	assert(bundle.has_seccomp == (bundle.seccomp != NULL));
	for (i = 1; i < bundle.capability_count; i++)
		assert(strcmp(bundle.capabilities[i - 1], bundle.capabilities[i]) <= 0);
	for (i = 1; i < bundle.annotation_count; i++)
		assert(strcmp(bundle.annotations[i - 1].key, bundle.annotations[i].key) < 0);
	return 0;
}
