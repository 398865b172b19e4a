// SPDX-License-Identifier: Apache-2.0
#include "container/curl.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "util/array.h"
#include "util/error.h"

#ifdef RECORDER_STATIC
/* dlopen() would need the very C library that this program was linked with. */
int curl_library_load(const struct curl_library **ret_library, struct error *err)
{
	return error_set(
		err, ENOSYS,
		"libcurl is needed to ask the container runtime, and this recorder was "
		"linked without it ('make static'); use the one that 'make' builds, or record "
		"with --cgroup");
}
#else
/* The GnuTLS flavour is what Debian's packages with TLS share; the other is everywhere else. */
static const char *const file_names[] = { "libcurl-gnutls.so.4", "libcurl.so.4" };

#define FUNCTION(name)                                             \
	{                                                          \
		"curl_" #name, offsetof(struct curl_library, name) \
	}

static const struct {
	const char *symbol;
	size_t offset;
} functions[] = {
	FUNCTION(global_init),	FUNCTION(easy_init),	FUNCTION(easy_setopt),
	FUNCTION(easy_perform), FUNCTION(easy_getinfo), FUNCTION(easy_strerror),
	FUNCTION(easy_cleanup), FUNCTION(slist_append), FUNCTION(slist_free_all),
};

static void *open_library(void)
{
	void *handle = NULL;
	size_t i;

	for (i = 0; i < array_size(file_names) && !handle; i++)
		handle = dlopen(file_names[i], RTLD_NOW | RTLD_LOCAL);
	return handle;
}

int curl_library_load(const struct curl_library **ret_library, struct error *err)
{
	static struct curl_library library;
	static bool loaded;
	struct curl_library candidate;
	void *handle;
	size_t i;

	if (loaded) {
		*ret_library = &library;
		return 0;
	}
	handle = open_library();
	if (!handle)
		return error_set(err, ENOSYS,
				 "libcurl is needed to ask the container runtime; install the "
				 "package libcurl3-gnutls (or libcurl4, libcurl)");
	for (i = 0; i < array_size(functions); i++) {
		void *function = dlsym(handle, functions[i].symbol);

		if (!function) {
			dlclose(handle);
			return error_set(err, ENOSYS, "libcurl is too old: it has no %s",
					 functions[i].symbol);
		}
		memcpy((char *)&candidate + functions[i].offset, &function, sizeof(function));
	}
	if (candidate.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ENOSYS, "libcurl cannot be initialised");
	library = candidate;
	loaded = true;
	*ret_library = &library;
	return 0;
}
#endif
