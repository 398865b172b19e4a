/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_FILES_H
#define NET_TLS_FILES_H

/* The files of a TLS client, which are replaced while it runs: certificates live for hours. */
#include <openssl/ssl.h>
#include <stdbool.h>

struct error;
struct tls_files;
struct tls_options;

/*
 * Copies the paths and reads nothing. -EINVAL without authorities, or for half a client
 * certificate.
 */
int tls_files_create(const struct tls_options *options, struct tls_files **ret_files,
		     struct error *err);
void tls_files_destroy(struct tls_files *files);

/* True if one of the files is not what tls_files_load() read last, by inode, size and time. */
bool tls_files_changed(const struct tls_files *files);

/* Puts authorities, certificate and key into the context, which is of no use when that fails. */
int tls_files_load(struct tls_files *files, SSL_CTX *context, struct error *err);

#endif
