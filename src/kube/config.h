/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_CONFIG_H
#define KUBE_CONFIG_H

/* Where the API server is, how to know it, and as whom to ask it. */
#include <stdbool.h>

#include "util/cleanup.h"

struct error;

/* Files that a kubeconfig file can hold inside: authorities, certificate, key. */
#define KUBE_CONFIG_INLINE 3

struct kube_config {
	char *endpoint;		/* "10.96.0.1:443", as http2_options has it */
	char *authority;	/* host and port in requests */
	char *server_name;	/* in the server's certificate */
	char *prefix;		/* of every path, such as "/k8s/clusters/c-1"; "" for none */
	char *ca_file;		/* authorities that sign the server's certificate */
	char *certificate_file; /* of the client; NULL for none */
	char *key_file;
	char *token_file;		/* read again whenever it changes; NULL for none */
	char *token;			/* used if there is no token_file; NULL for none */
	char *namespace;		/* for objects whose namespace is not said */
	int memory[KUBE_CONFIG_INLINE]; /* descriptors of files that exist in memory only, or -1 */
};

/* A configuration that owns nothing. */
#define KUBE_CONFIG_INIT                 \
	{                                \
		.memory = { -1, -1, -1 } \
	}

/* Where the kubelet puts the files of a pod's service account. */
#define KUBE_SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

/*
 * The configuration of a pod: the address is in the environment (KUBERNETES_SERVICE_HOST and
 * _PORT), the files are in directory, usually KUBE_SERVICE_ACCOUNT. -ENOENT outside of a pod.
 * The caller finishes ret_config.
 */
int kube_config_in_cluster(const char *directory, struct kube_config *ret_config,
			   struct error *err);

/*
 * Reads a kubeconfig file, for the context of this name, or its current context if that is NULL.
 *
 * Refuses with -EINVAL what this client does not do: host names other than localhost, because
 * looking one up can block; http; plug-ins and passwords; another's identity ("as"); proxies;
 * and servers whose certificate is not checked. Keys may be in the file or in files of their own.
 * The caller finishes ret_config.
 */
int kube_config_read(const char *path, const char *context, struct kube_config *ret_config,
		     struct error *err);

void kube_config_finish(struct kube_config *config);
#define _cleanup_kube_config_ _cleanup_(kube_config_finish)

#endif
