/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_DOCUMENT_DOCUMENT_H
#define PROFILE_DOCUMENT_DOCUMENT_H

/*
 * Reads every format that can hold profiles, and recognises it by its content:
 *
 * - OCI runtime-spec JSON (linux.seccomp by itself), and Docker's form of it;
 * - SeccompProfile custom resources of v1, v1beta1 and v1alpha1, and lists of them, in JSON or
 *   in YAML with any number of documents;
 * - recordings, from which the profile is derived;
 * - the config.json of an OCI bundle;
 * - ConfigMaps, in which each file is any of the above. A profile without a name gets the name
 *   of its file.
 *
 * Every refusal is "name:line:column: path: what is wrong". In a ConfigMap, name includes the
 * file: "name: $.data.web.json".
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
	char *name;		 /* of the resource or recording; NULL if the format has none */
	char *name_space;	 /* of the resource; NULL */
	struct profile *profile; /* NULL for a recording with the option underived */
	struct conditional_profile *conditional; /* DOCUMENT_DOCKER: the source of profile */
	struct recording *recording;		 /* DOCUMENT_RECORDING */

	/* DOCUMENT_BUNDLE: process.capabilities.bounding, sorted. */
	char **capabilities;
	size_t capability_count;

	/* DOCUMENT_CR: the members of the resource outside the profile. */
	struct json_t *labels, *annotations; /* objects of strings, or NULL */
	char *base_profile;		     /* the operator unites it with this one; NULL */
	bool disabled;
};

struct documents {
	struct document *items;
	size_t length; /* at least one */
	/*
	 * Sentences about possible gaps in the profiles: unknown fields, calls without a name.
	 */
	struct notes notes;
	struct ignored_members ignored; /* comments, which runtimes ignore too */
};

struct document_options {
	bool lenient;	/* skip unknown fields that are not comments */
	bool underived; /* derive no profile from a recording */
	/* The context to resolve conditional profiles in. NULL refuses them. */
	const struct container_context *context;
};

/* options may be NULL. The caller finishes the documents. */
int documents_read(const char *name, const char *text, size_t size,
		   const struct document_options *options, struct documents *ret_documents,
		   struct error *err);

void documents_finish(struct documents *documents);
#define _cleanup_documents_ _cleanup_(documents_finish)

#endif
