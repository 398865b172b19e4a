/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_OBJECT_NAMES_H
#define AGENT_OBJECT_NAMES_H

/* Names and labels of objects that are made for others, whose own names may be too long. */
#include <stdbool.h>
#include <stddef.h>

/* Writes the first hexadecimal digits of a text's SHA-256, and NUL. size is at most OBJECT_HASH_SIZE. */
#define OBJECT_HASH_SIZE 65
void object_hash(const char *text, char *ret_hex, size_t size);

/*
 * Returns "<Kind>-<name>" as the value of a label: at most 63 characters, of which the last ones are
 * of a hash if the name is longer. kind may be NULL. The caller frees it. NULL without memory.
 */
char *object_label(const char *kind, const char *name);

/*
 * Returns the name of the status of a profile on a node: "<profile>-<node>". With hashed, or if that
 * is too long for a name, it ends with a hash of both. Two pairs can share the plain name: "a" on
 * "b-c", and "a-b" on "c". The caller frees it. NULL without memory.
 */
char *object_status_name(const char *profile, const char *node, bool hashed);

#endif
