// SPDX-License-Identifier: Apache-2.0
//
// Reads kubeconfig files: clientcmd/v1 of k8s.io/client-go.
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "json/cursor.h"
#include "json/yaml.h"
#include "kube/config.h"
#include "kube/server_url.h"
#include "util/array.h"
#include "util/error.h"
#include "util/file.h"

#define FILE_MAX (4 << 20)

/* A file that is being read. */
struct reading {
	const char *path;
	struct cursor root;
	struct kube_config *config;
	size_t inline_count;
};

/* What would change where the client connects, or as whom, and is not done. */
static const char *const refused_of_clusters[] = { "insecure-skip-tls-verify", "proxy-url", NULL };
static const char *const refused_of_users[] = {
	"exec",	  "auth-provider", "username",	    "password", "as",
	"as-uid", "as-groups",	   "as-user-extra", NULL,
};

static int check_refused(const struct cursor *object, const char *const *keys, struct error *err)
{
	struct cursor member;

	for (; *keys; keys++) {
		if (!cursor_optional(object, *keys, &member) || json_is_false(member.value))
			continue;
		return cursor_fail(&member, err, "this client does not do '%s'", *keys);
	}
	return 0;
}

/* Finds "cluster", "user" or "context" of this name in its list: {name: …, cluster: …}. */
static int find_named(const struct reading *reading, const char *list, const char *kind,
		      const char *name, struct cursor *ret_found, struct cursor *ret_entry,
		      struct cursor *ret_list, struct error *err)
{
	size_t length, i;
	int r = cursor_required(&reading->root, list, ret_list, err);

	if (r == 0)
		r = cursor_get_length(ret_list, &length, err);
	for (i = 0; r == 0 && i < length; i++) {
		struct cursor at;
		const char *other;

		*ret_entry = cursor_element(ret_list, i);
		r = cursor_require_string(ret_entry, "name", &at, &other, err);
		if (r < 0)
			return r;
		if (strcmp(other, name) != 0)
			continue;
		r = cursor_required(ret_entry, kind, ret_found, err);
		return r < 0 ? r : cursor_check_object(ret_found, err);
	}
	return r < 0 ? r : cursor_fail(ret_list, err, "there is no %s '%s'", kind, name);
}

/* Copies a path, which counts from the directory of the kubeconfig file. */
static int read_path(const struct reading *reading, const struct cursor *object, const char *key,
		     char **ret_path, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	const char *slash = strrchr(reading->path, '/');
	int r = cursor_copy_string(object, key, &path, err);

	if (r < 0 || !path)
		return r;
	if (path[0] == '/' || !slash) {
		*ret_path = steal_pointer(&path);
		return 0;
	}
	if (asprintf(ret_path, "%.*s/%s", (int)(slash - reading->path), reading->path, path) < 0) {
		*ret_path = NULL;
		return error_nomem(err);
	}
	return 0;
}

/* Writes data to a file in memory. The path leads to it while the descriptor is open. */
static int make_file(struct reading *reading, const void *data, size_t size, char **ret_path,
		     struct error *err)
{
	_cleanup_close_ int fd = memfd_create("kubeconfig", MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return error_set_errno(err, errno, "make a file in memory");
	r = file_write_all(fd, data, size);
	if (r < 0)
		return error_set_errno(err, -r, "write to a file in memory");
	if (asprintf(ret_path, "/proc/self/fd/%d", fd) < 0) {
		*ret_path = NULL;
		return error_nomem(err);
	}
	reading->config->memory[reading->inline_count++] = steal_fd(&fd);
	return 0;
}

static int decode_inline(struct reading *reading, const struct cursor *at, const char *text,
			 char **ret_path, struct error *err)
{
	size_t size = strlen(text), padding = 0;
	unsigned char *data = malloc(size + 1);
	int length, r;

	if (!data)
		return error_nomem(err);
	while (size > padding && padding < 2 && text[size - 1 - padding] == '=')
		padding++;
	length = EVP_DecodeBlock(data, (const unsigned char *)text, size);
	if (length < (int)padding)
		r = cursor_fail(at, err, "this is not base64");
	else
		r = make_file(reading, data, length - padding, ret_path, err);
	OPENSSL_cleanse(data, size);
	free(data);
	return r;
}

/* Reads KEY-data, or else KEY, which is the path of a file with the same content. */
static int read_file_or_data(struct reading *reading, const struct cursor *object, const char *key,
			     char **ret_path, struct error *err)
{
	char data_key[64];
	struct cursor member;
	const char *text;
	int r;

	snprintf(data_key, sizeof(data_key), "%s-data", key);
	if (!cursor_optional(object, data_key, &member))
		return read_path(reading, object, key, ret_path, err);
	r = cursor_get_string(&member, &text, err);
	return r < 0 ? r : decode_inline(reading, &member, text, ret_path, err);
}

static int read_cluster(struct reading *reading, const char *name, struct error *err)
{
	struct kube_config *config = reading->config;
	struct cursor list, entry, cluster, at;
	_cleanup_free_ char *server_name = NULL;
	const char *url;
	int r = find_named(reading, "clusters", "cluster", name, &cluster, &entry, &list, err);

	if (r < 0 || (r = check_refused(&cluster, refused_of_clusters, err)) < 0 ||
	    (r = cursor_require_string(&cluster, "server", &at, &url, err)) < 0)
		return r;
	if (server_url_parse(url, config, err) < 0)
		return error_prefix(err, "%s", reading->path);
	r = read_file_or_data(reading, &cluster, "certificate-authority", &config->ca_file, err);
	if (r == 0)
		r = cursor_copy_string(&cluster, "tls-server-name", &server_name, err);
	if (r < 0)
		return r;
	if (!config->ca_file)
		return cursor_fail(
			&cluster, err,
			"there is no 'certificate-authority': the server could be anybody");
	if (server_name && *server_name) {
		free(config->server_name);
		config->server_name = steal_pointer(&server_name);
	}
	return 0;
}

static int read_user(struct reading *reading, const char *name, struct error *err)
{
	struct kube_config *config = reading->config;
	struct cursor list, entry, user;
	int r = find_named(reading, "users", "user", name, &user, &entry, &list, err);

	if (r < 0 || (r = check_refused(&user, refused_of_users, err)) < 0 ||
	    (r = read_file_or_data(reading, &user, "client-certificate", &config->certificate_file,
				   err)) < 0 ||
	    (r = read_file_or_data(reading, &user, "client-key", &config->key_file, err)) < 0 ||
	    (r = read_path(reading, &user, "tokenFile", &config->token_file, err)) < 0)
		return r;
	return cursor_copy_string(&user, "token", &config->token, err);
}

static int read_context(struct reading *reading, const char *name, struct error *err)
{
	struct cursor list, entry, context, at;
	const char *cluster, *user;
	int r;

	if (!name)
		r = cursor_require_string(&reading->root, "current-context", &at, &name, err);
	else
		r = 0;
	if (r == 0)
		r = find_named(reading, "contexts", "context", name, &context, &entry, &list, err);
	if (r == 0)
		r = cursor_require_string(&context, "cluster", &at, &cluster, err);
	if (r == 0)
		r = cursor_require_string(&context, "user", &at, &user, err);
	if (r == 0)
		r = cursor_copy_string(&context, "namespace", &reading->config->namespace, err);
	if (r == 0)
		r = read_cluster(reading, cluster, err);
	return r < 0 ? r : read_user(reading, user, err);
}

static int read_text(const char *path, const char *text, size_t size, const char *context,
		     struct kube_config *config, struct error *err)
{
	struct tree_source source = { .name = path, .text = text, .size = size, .yaml = true };
	struct reading reading = { .path = path, .config = config };
	struct yaml_stream stream = {};
	int r = yaml_parse(path, text, size, &stream, err);

	if (r < 0)
		return r;
	if (stream.length != 1) {
		r = error_set(err, EINVAL, "%s is no kubeconfig file", path);
	} else {
		reading.root = (struct cursor){ .value = stream.roots[0], .source = &source };
		r = cursor_check_object(&reading.root, err);
		if (r == 0)
			r = read_context(&reading, context, err);
	}
	yaml_stream_finish(&stream);
	return r;
}

int kube_config_read(const char *path, const char *context, struct kube_config *ret_config,
		     struct error *err)
{
	_cleanup_kube_config_ struct kube_config config = KUBE_CONFIG_INIT;
	char *text;
	size_t size;
	int r = file_read(AT_FDCWD, path, FILE_MAX, &text, &size, err);

	if (r < 0)
		return r;
	r = read_text(path, text, size, context, &config, err);
	OPENSSL_cleanse(text, size); /* it may have keys */
	free(text);
	if (r == 0 && !config.namespace) {
		config.namespace = strdup("default");
		r = config.namespace ? 0 : error_nomem(err);
	}
	if (r < 0)
		return r;
	*ret_config = config;
	config = (struct kube_config)KUBE_CONFIG_INIT;
	return 0;
}
