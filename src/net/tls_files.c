// SPDX-License-Identifier: Apache-2.0
#include "net/tls_files.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>

#include "net/tls.h"
#include "util/error.h"
#include "util/file.h"

enum {
	CA,
	CERTIFICATE,
	KEY,
	FILE_COUNT
};

struct tls_files {
	char *paths[FILE_COUNT]; /* NULL for an unused file */
	struct stat loaded[FILE_COUNT];
};

DEFINE_CLEANUP(BIO *, BIO_free);
DEFINE_CLEANUP(X509 *, X509_free);
DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free);
#define _cleanup_bio_ _cleanup_(cleanup_BIO_free)
#define _cleanup_x509_ _cleanup_(cleanup_X509_free)
#define _cleanup_pkey_ _cleanup_(cleanup_EVP_PKEY_free)

int tls_files_create(const struct tls_options *options, struct tls_files **ret_files,
		     struct error *err)
{
	const char *paths[FILE_COUNT] = { options->ca_file, options->certificate_file,
					  options->key_file };
	struct tls_files *files;
	size_t i;

	if (!options->ca_file)
		return error_set(err, EINVAL, "TLS needs a file of trusted authorities");
	if (!options->certificate_file != !options->key_file)
		return error_set(err, EINVAL,
				 "a client certificate needs its key, and a key its certificate");
	files = calloc(1, sizeof(*files));
	if (!files)
		return error_nomem(err);
	for (i = 0; i < FILE_COUNT; i++) {
		files->paths[i] = paths[i] ? strdup(paths[i]) : NULL;
		if (paths[i] && !files->paths[i]) {
			tls_files_destroy(files);
			return error_nomem(err);
		}
	}
	*ret_files = files;
	return 0;
}

void tls_files_destroy(struct tls_files *files)
{
	size_t i;

	if (!files)
		return;
	for (i = 0; i < FILE_COUNT; i++)
		free(files->paths[i]);
	free(files);
}

bool tls_files_changed(const struct tls_files *files)
{
	struct stat now;
	size_t i;

	for (i = 0; i < FILE_COUNT; i++)
		if (files->paths[i] && (stat(files->paths[i], &now) < 0 ||
					!file_is_unchanged(&now, &files->loaded[i])))
			return true;
	return false;
}

/* Gives no passphrase, because asking for one would wait for a terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *data)
{
	return -1;
}

static int add_authorities(SSL_CTX *context, BIO *bio, const char *path, struct error *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	size_t count = 0;

	for (;;) {
		_cleanup_x509_ X509 *certificate =
			PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);

		if (!certificate)
			break;
		if (X509_STORE_add_cert(store, certificate) != 1)
			return error_nomem(err);
		count++;
	}
	if (!count || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return error_set(err, EINVAL, "%s is not a file of certificates in PEM", path);
	return 0;
}

/* The first certificate is the client's own, the others are its chain. */
static int use_certificate(SSL_CTX *context, BIO *bio, const char *path, struct error *err)
{
	_cleanup_x509_ X509 *own = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);

	if (!own || SSL_CTX_use_certificate(context, own) != 1)
		return error_set(err, EINVAL, "%s has no certificate in PEM", path);
	for (;;) {
		X509 *next = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);

		if (!next)
			break;
		if (SSL_CTX_add0_chain_cert(context, next) != 1) {
			X509_free(next);
			return error_set(err, EINVAL, "%s has an unusable chain of certificates",
					 path);
		}
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return error_set(err, EINVAL, "%s has more than certificates in PEM", path);
	return 0;
}

static int use_key(SSL_CTX *context, BIO *bio, const char *path, struct error *err)
{
	_cleanup_pkey_ EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);

	if (!key)
		return error_set(err, EINVAL, "%s has no private key in PEM without passphrase",
				 path);
	if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1)
		return error_set(err, EKEYREJECTED,
				 "the key %s is not that of the client's certificate", path);
	return 0;
}

static int (*const users[FILE_COUNT])(SSL_CTX *context, BIO *bio, const char *path,
				      struct error *err) = {
	[CA] = add_authorities,
	[CERTIFICATE] = use_certificate,
	[KEY] = use_key,
};

/*
 * Takes the state before the content, so that a change in between is noticed and loaded next time.
 */
static int load_one(const char *path, int which, SSL_CTX *context, struct stat *ret_state,
		    struct error *err)
{
	_cleanup_bio_ BIO *bio = NULL;
	struct stat state;
	char *data;
	size_t size;
	int r;

	if (stat(path, &state) < 0)
		return error_set_errno(err, errno, "find %s", path);
	if (!S_ISREG(state.st_mode))
		return error_set(err, EINVAL, "%s is not a regular file", path);
	r = file_read(AT_FDCWD, path, TLS_FILE_MAX, &data, &size, err);
	if (r < 0)
		return r;
	ERR_clear_error();
	bio = BIO_new_mem_buf(data, size);
	r = bio ? users[which](context, bio, path, err) : error_nomem(err);
	ERR_clear_error();
	OPENSSL_cleanse(data, size); /* may be a key */
	free(data);
	if (r == 0)
		*ret_state = state;
	return r;
}

int tls_files_load(struct tls_files *files, SSL_CTX *context, struct error *err)
{
	struct stat loaded[FILE_COUNT] = {};
	size_t i;

	for (i = 0; i < FILE_COUNT; i++) {
		int r = 0;

		if (files->paths[i])
			r = load_one(files->paths[i], i, context, &loaded[i], err);
		if (r < 0)
			return r;
	}
	memcpy(files->loaded, loaded, sizeof(loaded));
	return 0;
}
