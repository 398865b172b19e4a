// SPDX-License-Identifier: Apache-2.0
#include "agent/operator_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/names.h"
#include "util/cleanup.h"
#include "util/error.h"

const struct kube_resource definitions_resource = { "apiextensions.k8s.io", "v1",
						    "customresourcedefinitions", false };

#define MIGRATION                                                                            \
	"keep its profiles with 'kubectl get seccompprofiles -o yaml', uninstall it, apply " \
	"recorder's crds/ and then the profiles"

int operator_check_definition(const json_t *definition, struct error *err)
{
	const json_t *conversion =
		json_object_get(json_object_get(definition, "spec"), "conversion");
	const char *strategy = json_string_value(json_object_get(conversion, "strategy"));

	if (!strategy || strcmp(strategy, "Webhook") != 0)
		return 0;
	return error_set(err, EEXIST,
			 "the Security Profiles Operator manages the SeccompProfiles of this "
			 "cluster: " MIGRATION);
}

int operator_check_node(const char *seccomp_root, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	struct stat status;

	if (asprintf(&path, "%s/" AGENT_PREFIX, seccomp_root) < 0) {
		path = NULL;
		return error_nomem(err);
	}
	if (lstat(path, &status) < 0 || !S_ISLNK(status.st_mode))
		return 0;
	return error_set(
		err, EEXIST,
		"%s is a symbolic link, as the Security Profiles Operator makes it: " MIGRATION
		", and remove the link",
		path);
}
