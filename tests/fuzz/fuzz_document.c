// SPDX-License-Identifier: Apache-2.0
//
// seeds: tests/golden/profile
// seeds: tests/fuzz/corpus/bundle
//
// Documents with profiles, in every format that is recognised: OCI and Docker JSON, custom
// resources in YAML or JSON, recordings, bundles.
#include "input.h"

#include <errno.h>

#include "profile/document/document.h"
#include "profile/format/profile_write.h"
#include "profile/format/resource.h"
#include "profile/semantics/normal_form.h"
#include "profile/model/profile.h"

static const struct container_context context = {
	.architecture = "amd64",
	.capabilities = default_capabilities,
	.kernel = { 6, 1 },
};

static bool read_documents(const char *text, size_t size, bool lenient,
			   struct documents *ret_documents)
{
	struct container_context of_container = context;
	struct document_options options = { .lenient = lenient, .context = &of_container };
	struct error err = ERROR_INIT;
	int r;

	of_container.capability_count = default_capability_count;
	r = documents_read("input", text, size, &options, ret_documents, &err);
	/* A message begins with the place of the error. */
	assert(r >= 0 || strncmp(error_message(&err), "input", 5) == 0);
	return !failed(r, &err);
}

static char *write_profile(const struct profile *profile)
{
	struct error err = ERROR_INIT;
	char *text = NULL;

	assert(!failed(profile_write_oci(profile, &text, &err), &err));
	return text;
}

/* A written profile is read back as the same profile. */
static void check_round_trip(const struct profile *profile)
{
	_cleanup_documents_ struct documents again = {};
	_cleanup_free_ char *text = write_profile(profile), *second = NULL;

	assert(read_documents(text, strlen(text), false, &again));
	assert(again.length == 1 && again.items[0].format == DOCUMENT_OCI);
	second = write_profile(again.items[0].profile);
	assert(strcmp(text, second) == 0);
}

static char *normal_form(const struct profile *profile)
{
	struct error err = ERROR_INIT;
	char *text = NULL;

	/* A profile that no runtime accepts has no normal form. */
	failed(profile_normal_form(profile, "SCMP_ARCH_X86_64", &text, &err), &err);
	return text;
}

/* Returns the text, or NULL if the profile does not fit into a resource. */
static char *write_resource(const struct profile *profile, enum resource_syntax syntax)
{
	struct resource resource = { .name = "fuzzed", .profile = profile };
	struct error err = ERROR_INIT;
	char *text = NULL;
	int r = resources_write(&resource, 1, syntax, &text, NULL, &err);

	assert(r == 0 || r == -ENOTSUP);
	failed(r, &err);
	return text;
}

/* A profile that fits into a resource means the same there. */
static void check_resource(const struct profile *profile, enum resource_syntax syntax)
{
	_cleanup_documents_ struct documents again = {};
	_cleanup_free_ char *text = write_resource(profile, syntax), *second = NULL;
	_cleanup_free_ char *before = normal_form(profile), *after = NULL;

	if (!text)
		return;
	assert(read_documents(text, strlen(text), false, &again));
	assert(again.length == 1 && again.items[0].format == DOCUMENT_CR);
	second = write_resource(again.items[0].profile, syntax);
	assert(second && strcmp(text, second) == 0);
	after = normal_form(again.items[0].profile);
	assert(!before == !after && (!before || strcmp(before, after) == 0));
}

/* A text that is read strictly is also read leniently, with the same result and no more notes. */
static void check_lenient(const char *text, size_t size, const struct documents *strict)
{
	_cleanup_documents_ struct documents lenient = {};
	size_t i;

	assert(read_documents(text, size, true, &lenient));
	assert(lenient.length == strict->length);
	assert(lenient.notes.count == strict->notes.count);
	for (i = 0; i < strict->length; i++) {
		_cleanup_free_ char *one = write_profile(strict->items[i].profile);
		_cleanup_free_ char *two = write_profile(lenient.items[i].profile);

		assert(strcmp(one, two) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_documents_ struct documents documents = {}, lenient = {};
	const char *text = (const char *)data;
	size_t i;

	if (!read_documents(text, size, false, &documents)) {
		read_documents(text, size, true, &lenient);
		return 0;
	}
	assert(documents.length > 0);
	for (i = 0; i < documents.length; i++) {
		assert(documents.items[i].profile);
		check_round_trip(documents.items[i].profile);
		check_resource(documents.items[i].profile, RESOURCE_YAML);
		check_resource(documents.items[i].profile, RESOURCE_JSON);
	}
	check_lenient(text, size, &documents);
	return 0;
}
