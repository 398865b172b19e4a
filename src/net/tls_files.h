/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TLS_FILES_H
#define NET_TLS_FILES_H

/* The files of a TLS client. They are replaced while it runs: certificates live for hours. */
#include <openssl/ssl.h>
#include <stdbool.h>

struct error;
struct tls_files;
struct tls_options;

/*
 * Copies the paths and reads nothing. -EINVAL without authorities, or for a certificate without
 * its key or the reverse.
 */
int tls_files_create(const struct tls_options *options, struct tls_files **ret_files,
		     struct error *err);
void tls_files_destroy(struct tls_files *files);

/* True if a file has changed since the last tls_files_load(), by inode, size or time. */
bool tls_files_changed(const struct tls_files *files);

/* Loads authorities, certificate and key into the context, which is unusable after a failure. */
int tls_files_load(struct tls_files *files, SSL_CTX *context, struct error *err);

#endif
