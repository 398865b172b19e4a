// SPDX-License-Identifier: Apache-2.0
#include "kube/config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "kube/server_url.h"
#include "util/error.h"
#include "util/file.h"
#include "util/str.h"

/* A namespace is a DNS label: at most 63 bytes. */
#define NAMESPACE_FILE_MAX 256

void kube_config_finish(struct kube_config *config)
{
	size_t i;

	free(config->endpoint);
	free(config->authority);
	free(config->server_name);
	free(config->prefix);
	free(config->ca_file);
	free(config->certificate_file);
	free(config->key_file);
	free(config->token_file);
	free(config->token);
	free(config->namespace);
	for (i = 0; i < KUBE_CONFIG_INLINE; i++)
		cleanup_close_p(&config->memory[i]);
	*config = (struct kube_config)KUBE_CONFIG_INIT;
}

static int join(const char *directory, const char *name, char **ret_path, struct error *err)
{
	if (asprintf(ret_path, "%s/%s", directory, name) < 0) {
		*ret_path = NULL;
		return error_nomem(err);
	}
	return 0;
}

/* A pod's own namespace is where its events go. */
static int read_namespace(const char *directory, struct kube_config *config, struct error *err)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	int r = join(directory, "namespace", &path, err);

	if (r == 0)
		r = file_read(AT_FDCWD, path, NAMESPACE_FILE_MAX, &text, NULL, err);
	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	if (!str_is_dns_label(text))
		return error_set(err, EINVAL, "%s has no namespace", path);
	config->namespace = steal_pointer(&text);
	return 0;
}

int kube_config_in_cluster(const char *directory, struct kube_config *ret_config, struct error *err)
{
	_cleanup_kube_config_ struct kube_config config = KUBE_CONFIG_INIT;
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	_cleanup_free_ char *url = NULL;
	int r;

	if (!host || !port)
		return error_set(err, ENOENT,
				 "this is no pod: KUBERNETES_SERVICE_HOST and "
				 "KUBERNETES_SERVICE_PORT are not set");
	if (asprintf(&url, strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port) <
	    0) {
		url = NULL;
		return error_nomem(err);
	}
	r = server_url_parse(url, &config, err);
	if (r == 0)
		r = join(directory, "ca.crt", &config.ca_file, err);
	if (r == 0)
		r = join(directory, "token", &config.token_file, err);
	if (r == 0)
		r = read_namespace(directory, &config, err);
	if (r < 0)
		return error_prefix(err, "use the service account of the pod");
	*ret_config = config;
	config = (struct kube_config)KUBE_CONFIG_INIT;
	return 0;
}
