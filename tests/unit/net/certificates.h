/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_NET_CERTIFICATES_H
#define TESTS_UNIT_NET_CERTIFICATES_H

/* Authorities and certificates for tests, made when they are needed. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

static inline void add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/*
 * Makes a certificate that expires in the given number of seconds. issuer NULL makes an
 * authority. names are like "DNS:server.example,IP:127.0.0.1", or NULL for none.
 */
static inline struct identity make_identity(const char *name, const struct identity *issuer,
					    const char *names, long seconds)
{
	static long serial;
	struct identity identity = { EVP_EC_gen("P-256"), X509_new() };
	X509 *certificate = identity.certificate;
	X509_NAME *subject = X509_get_subject_name(certificate);

	assert_non_null(identity.key);
	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
	X509_gmtime_adj(X509_getm_notAfter(certificate), seconds);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
				   0);
	X509_set_issuer_name(certificate,
			     issuer ? X509_get_subject_name(issuer->certificate) : subject);
	X509_set_pubkey(certificate, identity.key);
	if (!issuer)
		add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
	if (names)
		add_extension(certificate, NID_subject_alt_name, names);
	assert_true(X509_sign(certificate, issuer ? issuer->key : identity.key, EVP_sha256()) > 0);
	return identity;
}

static inline void identity_finish(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	X509_free(identity->certificate);
}

static inline void write_certificate(const char *path, const struct identity *identity)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, identity->certificate), 1);
	assert_int_equal(fclose(file), 0);
}

static inline void write_key(const char *path, const struct identity *identity)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(PEM_write_PrivateKey(file, identity->key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(file), 0);
}

static inline int choose_h2(SSL *ssl, const unsigned char **out, unsigned char *out_size,
			    const unsigned char *in, unsigned int in_size, void *data)
{
	const char *only = data;

	if (SSL_select_next_proto((unsigned char **)out, out_size, (const unsigned char *)only,
				  strlen(only), in, in_size) == OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_OK;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Makes the server's context. alpn is such as "\x02h2", or NULL for a server without ALPN. */
static inline SSL_CTX *server_context(const struct identity *identity, const char *alpn)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	assert_int_equal(SSL_CTX_use_certificate(context, identity->certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(context, identity->key), 1);
	if (alpn)
		SSL_CTX_set_alpn_select_cb(context, choose_h2, (void *)alpn);
	return context;
}

#endif
