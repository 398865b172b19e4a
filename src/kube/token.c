// SPDX-License-Identifier: Apache-2.0
#include "kube/token.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "kube/config.h"
#include "util/error.h"
#include "util/file.h"

/* Tokens have a kilobyte or two; the server takes headers of 1 MiB at most. */
#define TOKEN_FILE_MAX (64 << 10)

struct token {
	char *path;   /* NULL for a token that never changes */
	char *header; /* "Bearer TOKEN"; NULL before the file was read */
	struct stat state;
	bool refused;
};

void token_destroy(struct token *token)
{
	if (!token)
		return;
	if (token->header)
		OPENSSL_cleanse(token->header, strlen(token->header));
	free(token->header);
	free(token->path);
	free(token);
}

/* A header must not have what ends it. Tokens are printable ASCII without spaces (RFC 6750). */
static int set_header(struct token *token, const char *text, const char *where, struct error *err)
{
	size_t length = strlen(text);
	char *header;
	size_t i;

	while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		length--;
	for (i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~')
			break;
	if (!length || i < length)
		return error_set(err, EINVAL, "%s has no token", where);
	if (asprintf(&header, "Bearer %.*s", (int)length, text) < 0)
		return error_nomem(err);
	if (token->header)
		OPENSSL_cleanse(token->header, strlen(token->header));
	free(token->header);
	token->header = header;
	return 0;
}

int token_create(const struct kube_config *config, struct token **ret_token, struct error *err)
{
	_cleanup_token_ struct token *token = NULL;
	int r = 0;

	if (!config->token_file && !config->token) {
		*ret_token = NULL;
		return 0;
	}
	token = calloc(1, sizeof(*token));
	if (!token)
		return error_nomem(err);
	if (config->token_file) {
		token->path = strdup(config->token_file);
		r = token->path ? 0 : error_nomem(err);
	} else {
		r = set_header(token, config->token, "the configuration", err);
	}
	if (r < 0)
		return r;
	*ret_token = steal_pointer(&token);
	return 0;
}

/* Takes the state before the content, so that a change in between is noticed the next time. */
static int load(struct token *token, struct error *err)
{
	struct stat state;
	char *text;
	size_t size;
	int r;

	if (stat(token->path, &state) < 0)
		return error_set_errno(err, errno, "find the token %s", token->path);
	if (token->header && !token->refused && file_is_unchanged(&state, &token->state))
		return 0;
	if (!S_ISREG(state.st_mode))
		return error_set(err, EINVAL, "%s is not a regular file", token->path);
	r = file_read(AT_FDCWD, token->path, TOKEN_FILE_MAX, &text, &size, err);
	if (r < 0)
		return r;
	r = set_header(token, text, token->path, err);
	OPENSSL_cleanse(text, size);
	free(text);
	if (r < 0)
		return r;
	token->state = state;
	token->refused = false;
	return 0;
}

int token_get(struct token *token, const char **ret_header, struct error *err)
{
	_cleanup_error_ struct error problem = ERROR_INIT;
	int r = token->path ? load(token, &problem) : 0;

	if (r < 0 && !token->header)
		return error_set(err, -r, "%s", error_message(&problem));
	*ret_header = token->header;
	return 0;
}

void token_refuse(struct token *token)
{
	token->refused = true;
}
