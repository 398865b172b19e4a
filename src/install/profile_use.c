// SPDX-License-Identifier: Apache-2.0
#include "install/profile_use.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "install/store.h"
#include "profile/document/document.h"
#include "profile/semantics/normal_form.h"
#include "syscalls/syscalls.h"
#include "container/cri.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

#define ID_SHOWN 12

/* NULL if the text is no profile: no running container can have been started with it. */
static char *normal_form_of(const char *text, size_t size)
{
	const struct document_options options = { .lenient = true };
	_cleanup_documents_ struct documents documents = {};
	char *form;

	if (!text || documents_read("profile", text, size, &options, &documents, NULL) < 0 ||
	    profile_normal_form(documents.items[0].profile,
				abi_scmp_arch(machine_native(), ABI_NATIVE), &form, NULL) < 0)
		return NULL;
	return form;
}

void profile_use_finish(struct profile_use *use)
{
	for (size_t i = 0; use->normal_forms && i < use->containers.length; i++)
		free(use->normal_forms[i]);
	free(use->normal_forms);
	free(use->root);
	confined_list_finish(&use->containers);
	*use = (struct profile_use){};
}

int profile_use_init(struct profile_use *ret_use, const char *root, const char *endpoint,
		     struct error *err)
{
	_cleanup_profile_use_ struct profile_use use = {};
	_cleanup_cri_ struct cri *cri = NULL;
	int r = cri_connect(endpoint, &cri, endpoint ? err : NULL);

	if (r < 0 && endpoint)
		return r;
	use.root = realpath(root, NULL);
	if (!use.root)
		return error_set_errno(err, errno, "open the directory %s", root);
	r = confined_find("", cri, &use.containers, err);
	if (r < 0)
		return r;
	use.normal_forms = calloc(use.containers.length + 1, sizeof(*use.normal_forms));
	if (!use.normal_forms)
		return error_nomem(err);
	for (size_t i = 0; i < use.containers.length; i++) {
		const char *seccomp = use.containers.items[i].seccomp;

		use.normal_forms[i] = normal_form_of(seccomp, seccomp ? strlen(seccomp) : 0);
	}
	*ret_use = use;
	use = (struct profile_use){};
	return 0;
}

/* True if the path that a runtime was given leads to root/path, however it is written. */
static bool is_path(const struct profile_use *use, const char *given, const char *path)
{
	_cleanup_free_ char *directory = strdup(given), *real = NULL;
	size_t length = strlen(given), path_length = strlen(path);

	if (!directory || length <= path_length || given[length - path_length - 1] != '/' ||
	    strcmp(given + length - path_length, path) != 0)
		return false;
	directory[length - path_length - 1] = '\0';
	real = realpath(directory, NULL);
	return real && strcmp(real, use->root) == 0;
}

/*
 * The rules of an entry, now and as installed. A container may have been started with either.
 */
struct entry_forms {
	char *now, *installed;
};

static void entry_forms_finish(struct entry_forms *forms)
{
	free(forms->now);
	free(forms->installed);
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool uses(const struct profile_use *use, size_t index, const struct store_entry *entry,
		 const struct entry_forms *forms)
{
	const char *given = use->containers.items[index].localhost_profile;

	if (given)
		return is_path(use, given, entry->path);
	return same(use->normal_forms[index], forms->now) ||
	       same(use->normal_forms[index], forms->installed);
}

int profile_use_find(const struct profile_use *use, const struct store_entry *entry,
		     const struct confined ***ret_users, size_t *ret_count, struct error *err)
{
	_cleanup_(entry_forms_finish) struct entry_forms forms = {
		normal_form_of(entry->content, entry->size),
		normal_form_of(entry->installed, entry->installed_size),
	};
	_cleanup_free_ const struct confined **users = NULL;
	size_t count = 0;

	for (size_t i = 0; i < use->containers.length; i++) {
		const struct confined **grown;

		if (!uses(use, i, entry, &forms))
			continue;
		grown = array_grow(users, count, sizeof(*users));
		if (!grown)
			return error_nomem(err);
		users = grown;
		users[count++] = &use->containers.items[i];
	}
	*ret_users = steal_pointer(&users);
	*ret_count = count;
	return 0;
}

char *profile_use_name(const struct confined *user)
{
	char *name;
	int length = user->pod_name ? asprintf(&name, "%s/%s/%s",
					       user->pod_namespace ? user->pod_namespace : "",
					       user->pod_name, user->name ? user->name : "") :
				      asprintf(&name, "%.*s", ID_SHOWN, user->id);

	return length < 0 ? NULL : name;
}
