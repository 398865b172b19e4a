/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_TOKEN_H
#define KUBE_TOKEN_H

/*
 * The token by which the API server knows the client. The kubelet replaces a pod's token long
 * before it expires, so the file is read again when it has changed.
 */
#include "util/cleanup.h"

struct error;
struct kube_config;
struct token;

/*
 * Copies what it needs of config and reads nothing. ret_token is NULL if the configuration has
 * no token. The caller destroys it.
 */
int token_create(const struct kube_config *config, struct token **ret_token, struct error *err);
void token_destroy(struct token *token);
DEFINE_CLEANUP(struct token *, token_destroy);
#define _cleanup_token_ _cleanup_(cleanup_token_destroy)

/*
 * Returns the value of the header "authorization", valid until the next call. While the file is
 * unreadable, as in the middle of a replacement, the last token serves. -EINVAL for a file
 * without a token.
 */
int token_get(struct token *token, const char **ret_header, struct error *err);

/* Reads the file the next time even if it looks unchanged: the server has refused the token. */
void token_refuse(struct token *token);

#endif
