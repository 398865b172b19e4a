// SPDX-License-Identifier: Apache-2.0
#include "kube/path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"

/* The characters that mean nothing in a URL (RFC 3986, section 2.3). */
static bool is_unreserved(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || strchr("-._~", byte);
}

char *kube_path_escape(const char *text)
{
	char *escaped = malloc(strlen(text) * 3 + 1), *at = escaped;

	if (!escaped)
		return NULL;
	for (; *text; text++)
		if (is_unreserved(*text))
			*at++ = *text;
		else
			at += sprintf(at, "%%%02X", (unsigned char)*text);
	*at = '\0';
	return escaped;
}

/*
 * As path.IsValidPathSegmentName() of k8s.io/apimachinery. Anything else can be escaped: names of
 * RBAC have colons.
 */
static int check_segment(const char *what, const char *text, struct error *err)
{
	_cleanup_free_ char *readable = NULL;

	if (*text && strcmp(text, ".") != 0 && strcmp(text, "..") != 0 && !strpbrk(text, "/%"))
		return 0;
	readable = str_escape(text);
	return error_set(err, EINVAL, "'%.300s' is no %s of an object", readable ? readable : "?",
			 what);
}

static int check(const struct kube_resource *resource, const char *namespace, const char *name,
		 struct error *err)
{
	int r = 0;

	if (name && resource->namespaced && !namespace)
		return error_set(err, EINVAL, "the namespace of %s '%s' is not said",
				 resource->plural, name);
	if (namespace)
		r = check_segment("namespace", namespace, err);
	if (r == 0 && name)
		r = check_segment("name", name, err);
	return r;
}

int kube_path(const struct kube_resource *resource, const char *namespace, const char *name,
	      const char *subresource, char **ret_path, struct error *err)
{
	bool core = !*resource->group, inside = namespace && resource->namespaced;
	_cleanup_free_ char *place = NULL, *last = NULL;
	int r = check(resource, namespace, name, err);

	if (r < 0)
		return r;
	place = kube_path_escape(inside ? namespace : "");
	last = kube_path_escape(name ? name : "");
	if (!place || !last ||
	    asprintf(ret_path, "/%s%s/%s%s%s/%s%s%s%s%s", core ? "api" : "apis/", resource->group,
		     resource->version, inside ? "/namespaces/" : "", place, resource->plural,
		     name ? "/" : "", last, subresource ? "/" : "",
		     subresource ? subresource : "") < 0) {
		*ret_path = NULL;
		return error_nomem(err);
	}
	return 0;
}
