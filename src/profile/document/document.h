/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DOCUMENT_DOCUMENT_H
#define PROFILE_DOCUMENT_DOCUMENT_H

/*
 * Whatever holds profiles, recognised by its content:
 *
 * - OCI runtime-spec JSON (linux.seccomp by itself), and Docker's form of it;
 * - SeccompProfile custom resources of v1, v1beta1 and v1alpha1 and lists of them, in JSON, or in
 *   YAML with any number of documents;
 * - recordings, from which the profile is derived; - the config.json of an OCI bundle; -
 * ConfigMaps, of which each file is any of the above. A profile without a name has that of its
 * file.
 *
 * Every refusal is "name:line:column: path: what is wrong". In a ConfigMap, name is that of the
 * file too: "name: $.data.web.json".
 */
#include <stdbool.h>
#include <stddef.h>

#include "profile/format/members.h"
#include "profile/format/conditional_profile.h"
#include "profile/model/profile.h"
#include "util/notes.h"
#include "util/cleanup.h"

struct error;
struct recording;

enum document_format {
	DOCUMENT_OCI,
	DOCUMENT_DOCKER,
	DOCUMENT_CR,
	DOCUMENT_RECORDING,
	DOCUMENT_BUNDLE,
	DOCUMENT_FORMAT_COUNT,
};

/* For people: "an OCI seccomp profile", "a recording", … */
const char *document_format_text(enum document_format format);

struct document {
	enum document_format format;
	char *name;		 /* of the resource or recording; NULL where the format has none */
	char *name_space;	 /* of the resource; NULL */
	struct profile *profile; /* NULL of a recording that was to stay underived */
	struct conditional_profile *conditional; /* DOCUMENT_DOCKER: what profile was resolved from */
	struct recording *recording;		 /* DOCUMENT_RECORDING */

	/* DOCUMENT_BUNDLE: process.capabilities.bounding, sorted. */
	char **capabilities;
	size_t capability_count;

	/* DOCUMENT_CR: what a resource says beyond the profile. */
	struct json_t *labels, *annotations; /* objects of texts, or NULL */
	char *base_profile;		     /* the profile that it unites this one with; NULL */
	bool disabled;
};

struct documents {
	struct document *items;
	size_t length; /* at least one */
	/* Sentences about what the profiles may lack: unknown fields, calls without a name. */
	struct notes notes;
	struct ignored_members ignored; /* comments, which runtimes ignore too */
};

struct document_options {
	bool lenient;	/* unknown fields that are no comments are passed over */
	bool underived; /* of recordings no profile is derived */
	/* What conditions of Docker's form are resolved for; NULL refuses such conditions. */
	const struct container_context *context;
};

/* options may be NULL. The caller finishes the documents. */
int documents_read(const char *name, const char *text, size_t size,
		   const struct document_options *options, struct documents *ret_documents,
		   struct error *err);

void documents_finish(struct documents *documents);
#define _cleanup_documents_ _cleanup_(documents_finish)

#endif
