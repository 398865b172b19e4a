/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CURL_H
#define CONTAINER_CURL_H

/*
 * libcurl, loaded when it is first needed: linked in, it and its TLS library would cost every
 * run several MiB and milliseconds, also those that ask no runtime.
 */
#include <curl/curl.h>

struct error;

/* The functions used, with the types of libcurl's header. */
struct curl_library {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_perform) *easy_perform;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
};

/*
 * Loads libcurl once; it stays loaded. ret_library is static. -ENOSYS with the package's name
 * when it is not installed or too old.
 */
int curl_library_load(const struct curl_library **ret_library, struct error *err);

#endif
