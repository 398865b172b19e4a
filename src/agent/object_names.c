// SPDX-License-Identifier: Apache-2.0
#include "agent/object_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "util/cleanup.h"

#define LABEL_MAX 63
#define NAME_MAX_LENGTH 253
#define SHORT_HASH 12

void object_hash(const char *text, char *ret_hex, size_t size)
{
	unsigned char digest[SHA256_DIGEST_LENGTH] = {};
	char hex[OBJECT_HASH_SIZE];
	size_t i;

	EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL);
	for (i = 0; i < sizeof(digest); i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	snprintf(ret_hex, size, "%.*s", (int)size - 1, hex);
}

/* The operator's form. */
char *object_label(const char *kind, const char *name)
{
	const char *dash = kind ? "-" : "";
	char hex[OBJECT_HASH_SIZE], *label;

	if (!kind)
		kind = "";
	if (asprintf(&label, "%s%s%s", kind, dash, name) < 0)
		return NULL;
	if (strlen(label) <= LABEL_MAX)
		return label;
	free(label);
	object_hash(name, hex, sizeof(hex));
	if (asprintf(&label, "%s%s%s", kind, dash, hex) < 0)
		return NULL;
	if (strlen(label) > LABEL_MAX)
		label[LABEL_MAX] = '\0';
	return label;
}

char *object_status_name(const char *profile, const char *node, bool hashed)
{
	_cleanup_free_ char *both = NULL, *plain = NULL;
	char hex[SHORT_HASH + 1], *name;
	size_t length;

	if (asprintf(&both, "%s/%s", profile, node) < 0) {
		both = NULL;
		return NULL;
	}
	if (asprintf(&plain, "%s-%s", profile, node) < 0) {
		plain = NULL;
		return NULL;
	}
	if (!hashed && strlen(plain) <= NAME_MAX_LENGTH)
		return steal_pointer(&plain);
	object_hash(both, hex, sizeof(hex));
	length = strnlen(plain, NAME_MAX_LENGTH - SHORT_HASH - 1);
	/* A name cannot have a dash or a dot beside a dot. */
	while (length > 0 && strchr("-.", plain[length - 1]))
		length--;
	if (asprintf(&name, "%.*s.%s", (int)length, plain, hex) < 0)
		return NULL;
	return name;
}
