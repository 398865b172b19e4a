// SPDX-License-Identifier: Apache-2.0
#include "install/localhost_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"

#define SUFFIX ".json"

/* The kernel's limit for a file's name is 255 bytes; this leaves room for the suffix. */
#define NAME_LENGTH_MAX 240

static int check_label(const char *what, const char *label, struct error *err)
{
	if (str_is_dns_label(label))
		return 0;
	return error_set(err, EINVAL,
			 "'%s' cannot be a profile's %s: it takes 1 to 63 lower-case letters, "
			 "digits and '-', with no '-' at either end",
			 label, what);
}

/* A name of an object of the cluster, which may have dots, and which is short enough for a file. */
static int check_name(const char *name, struct error *err)
{
	if (strlen(name) <= NAME_LENGTH_MAX && str_is_dns_subdomain(name))
		return 0;
	return error_set(err, EINVAL,
			 "'%s' cannot be a profile's name: it takes up to %d lower-case letters, "
			 "digits, '-' and '.', with a letter or digit at both ends and beside "
			 "each '.'",
			 name, NAME_LENGTH_MAX);
}

int localhost_path_create(const char *prefix, const char *namespace, const char *name,
			  char **ret_path, struct error *err)
{
	char *path;
	int r = check_label("prefix", prefix, err);

	if (r == 0 && namespace)
		r = check_label("namespace", namespace, err);
	if (r == 0)
		r = check_name(name, err);
	if (r < 0)
		return r;
	if (asprintf(&path, "%s/%s%s%s" SUFFIX, prefix, namespace ? namespace : "",
		     namespace ? "/" : "", name) < 0)
		return error_nomem(err);
	*ret_path = path;
	return 0;
}

int localhost_path_check(const char *path, struct error *err)
{
	_cleanup_free_ char *parts = strdup(path), *made = NULL;
	char *labels[3], *rest = parts, *label;
	size_t count = 0, length = strlen(path);

	if (!parts)
		return error_nomem(err);
	if (str_has_suffix(path, SUFFIX))
		parts[length - strlen(SUFFIX)] = '\0';
	while ((label = strsep(&rest, "/")) && count < 3)
		labels[count++] = label;
	if (label || count < 2 || !str_has_suffix(path, SUFFIX))
		return error_set(
			err, EINVAL,
			"'%s' is not the path of an installed profile: write PREFIX/NAME" SUFFIX
			" or PREFIX/NAMESPACE/NAME" SUFFIX,
			path);
	return localhost_path_create(labels[0], count == 3 ? labels[1] : NULL, labels[count - 1],
				     &made, err);
}
