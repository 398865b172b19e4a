// SPDX-License-Identifier: Apache-2.0
//
// Configurations: of a pod, and of kubeconfig files.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "kube/config.h"
#include "util/array.h"
#include "util/error.h"
#include "util/file.h"

static char directory[32];

static int make_directory(void **state)
{
	strcpy(directory, "/tmp/recorder-unit.XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	static const char *const names[] = { "config", "token", "ca.crt", "namespace" };
	char path[64];
	size_t i;

	for (i = 0; i < array_size(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	return rmdir(directory);
}

/* Returns the path, valid until the next call. */
static const char *write_file(const char *name, const char *text)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	assert_int_equal(file_write_atomic(AT_FDCWD, path, text, strlen(text), 0600, NULL), 0);
	return path;
}

static void read_config(const char *text, const char *context, struct kube_config *ret_config)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (kube_config_read(write_file("config", text), context, ret_config, &err) < 0)
		fail_msg("%s", error_message(&err));
}

static void of_a_pod(void **state)
{
	_cleanup_kube_config_ struct kube_config config = KUBE_CONFIG_INIT;
	char token[64];

	setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	write_file("namespace", "shop\n");
	assert_int_equal(kube_config_in_cluster(directory, &config, NULL), 0);
	assert_string_equal(config.endpoint, "10.96.0.1:443");
	assert_string_equal(config.authority, "10.96.0.1:443");
	assert_string_equal(config.server_name, "10.96.0.1");
	assert_string_equal(config.namespace, "shop");
	snprintf(token, sizeof(token), "%s/token", directory);
	assert_string_equal(config.token_file, token);
	assert_null(config.certificate_file);
}

static void of_a_pod_with_ipv6(void **state)
{
	_cleanup_kube_config_ struct kube_config config = KUBE_CONFIG_INIT;

	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "6443", 1);
	write_file("namespace", "shop");
	assert_int_equal(kube_config_in_cluster(directory, &config, NULL), 0);
	assert_string_equal(config.endpoint, "[fd00::1]:6443");
	assert_string_equal(config.server_name, "fd00::1");
}

static void of_no_pod(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct kube_config config;

	unsetenv("KUBERNETES_SERVICE_HOST");
	assert_int_equal(kube_config_in_cluster(directory, &config, &err), -ENOENT);
	assert_string_equal(error_message(&err), "this is no pod: KUBERNETES_SERVICE_HOST and "
						 "KUBERNETES_SERVICE_PORT are not set");
	setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1", 1);
	write_file("namespace", "../x");
	assert_int_equal(kube_config_in_cluster(directory, &config, &err), -EINVAL);
}

#define CLUSTERS "clusters:\n- name: c\n  cluster:\n    server: https://10.0.0.1:6443\n"
#define CONTEXTS                                                   \
	"contexts:\n- name: x\n  context: {cluster: c, user: u}\n" \
	"current-context: x\n"

static void with_a_token(void **state)
{
	_cleanup_kube_config_ struct kube_config config = KUBE_CONFIG_INIT;
	char expected[64];

	read_config("apiVersion: v1\nkind: Config\npreferences: {}\n" CLUSTERS
		    "    certificate-authority: pki/ca.crt\n"
		    "    insecure-skip-tls-verify: false\n" CONTEXTS
		    "users:\n- name: other\n  user: {exec: {command: x}}\n"
		    "- name: u\n  user: {token: abc, tokenFile: /run/token}\n",
		    NULL, &config);
	assert_string_equal(config.endpoint, "10.0.0.1:6443");
	assert_string_equal(config.prefix, "");
	assert_string_equal(config.namespace, "default");
	assert_string_equal(config.token, "abc");
	assert_string_equal(config.token_file, "/run/token");
	snprintf(expected, sizeof(expected), "%s/pki/ca.crt", directory);
	assert_string_equal(config.ca_file, expected);
}

/* JSON is YAML, and the second of the contexts is asked for. */
static void with_another_context(void **state)
{
	_cleanup_kube_config_ struct kube_config config = KUBE_CONFIG_INIT;

	read_config(
		"{\"clusters\": [{\"name\": \"c\", \"cluster\": {\"server\": "
		"\"https://localhost:8443/k8s/clusters/c-1/\", \"tls-server-name\": \"api.example\", "
		"\"certificate-authority\": \"/ca\"}}], \"contexts\": [{\"name\": \"a\", \"context\": "
		"{\"cluster\": \"z\", \"user\": \"u\"}}, {\"name\": \"b\", \"context\": {\"cluster\": "
		"\"c\", \"user\": \"u\", \"namespace\": \"shop\"}}], \"users\": [{\"name\": \"u\", "
		"\"user\": {\"client-certificate\": \"/c\", \"client-key\": \"/k\"}}]}",
		"b", &config);
	assert_string_equal(config.endpoint, "127.0.0.1:8443");
	assert_string_equal(config.authority, "localhost:8443");
	assert_string_equal(config.server_name, "api.example");
	assert_string_equal(config.prefix, "/k8s/clusters/c-1");
	assert_string_equal(config.namespace, "shop");
	assert_string_equal(config.certificate_file, "/c");
	assert_string_equal(config.key_file, "/k");
}

static void expect_content(const char *path, const char *expected)
{
	_cleanup_free_ char *text = NULL;
	struct stat status;
	size_t size;

	assert_int_equal(stat(path, &status), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(file_read(AT_FDCWD, path, 1024, &text, &size, NULL), 0);
	assert_int_equal(size, strlen(expected));
	assert_string_equal(text, expected);
}

static void with_keys_inside(void **state)
{
	_cleanup_kube_config_ struct kube_config config = KUBE_CONFIG_INIT;

	read_config(CLUSTERS "    certificate-authority-data: YXV0aG9yaXR5\n"
			     "    certificate-authority: /not/used\n" CONTEXTS
			     "users:\n- name: u\n  user: {client-certificate-data: Y2VydA==, "
			     "client-key-data: a2V5IQ==}\n",
		    NULL, &config);
	expect_content(config.ca_file, "authority");
	expect_content(config.certificate_file, "cert");
	expect_content(config.key_file, "key!");
}

#define CA "    certificate-authority: /ca\n"
#define USER "users:\n- name: u\n  user: {token: abc}\n"

static const struct {
	const char *text;
	const char *message; /* a part of it */
} refused[] = {
	{ "", "is no kubeconfig file" },
	{ "[]", "expected an object, not an array" },
	{ "clusters: []\n", "the field \"current-context\" is missing" },
	{ CLUSTERS CA USER "contexts: []\ncurrent-context: x\n", "there is no context 'x'" },
	{ "clusters: []\n" CONTEXTS USER, "there is no cluster 'c'" },
	{ CLUSTERS CA CONTEXTS "users: []\n", "there is no user 'u'" },
	{ CLUSTERS CONTEXTS USER,
	  "there is no 'certificate-authority': the server could be anybody" },
	{ CLUSTERS CA "    insecure-skip-tls-verify: true\n" CONTEXTS USER,
	  "this client does not do 'insecure-skip-tls-verify'" },
	{ CLUSTERS CA "    proxy-url: http://x\n" CONTEXTS USER,
	  "this client does not do 'proxy-url'" },
	{ CLUSTERS CA CONTEXTS "users:\n- name: u\n  user: {exec: {command: aws}}\n",
	  "this client does not do 'exec'" },
	{ CLUSTERS CA CONTEXTS "users:\n- name: u\n  user: {as: root, token: x}\n",
	  "this client does not do 'as'" },
	{ CLUSTERS CA CONTEXTS "users:\n- name: u\n  user: {username: a, password: b}\n",
	  "this client does not do 'username'" },
	{ CLUSTERS "    certificate-authority-data: '*'\n" CONTEXTS USER, "this is not base64" },
	{ "clusters: [{name: c, cluster: {server: 'http://10.0.0.1'}}]\n" CONTEXTS USER,
	  "'http://10.0.0.1' is no server: write https://ADDRESS:PORT" },
	{ "clusters: [{name: c, cluster: {server: 'https://10.0.0.1:70000'}}]\n" CONTEXTS USER,
	  "is no server" },
	{ "clusters: [{name: c, cluster: {server: 'https://10.0.0.1?x'}}]\n" CONTEXTS USER,
	  "is no server" },
	{ "clusters: [{name: c, cluster: {server: 'https://[::1'}}]\n" CONTEXTS USER,
	  "is no server" },
	{ "clusters: [{name: c, cluster: {server: 'https://'}}]\n" CONTEXTS USER, "is no server" },
	{ "clusters: [{name: c, cluster: {server: 'https://api.example:6443'}}]\n" CONTEXTS USER,
	  "the server's name api.example is not looked up: write its address in 'server', and the "
	  "name in 'tls-server-name'" },
};

static void refusals(void **state)
{
	size_t i;

	for (i = 0; i < array_size(refused); i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		struct kube_config config;
		const char *path = write_file("config", refused[i].text);

		assert_int_equal(kube_config_read(path, NULL, &config, &err), -EINVAL);
		if (!strstr(error_message(&err), refused[i].message))
			fail_msg("%zu: %s", i, error_message(&err));
		if (!strstr(error_message(&err), path))
			fail_msg("the file is not named: %s", error_message(&err));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_pod),
		cmocka_unit_test(of_a_pod_with_ipv6),
		cmocka_unit_test(of_no_pod),
		cmocka_unit_test(with_a_token),
		cmocka_unit_test(with_another_context),
		cmocka_unit_test(with_keys_inside),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
