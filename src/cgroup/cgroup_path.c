// SPDX-License-Identifier: Apache-2.0
#include "cgroup/cgroup_path.h"

#include <string.h>

#include "util/array.h"

#define HEX_ID_LENGTH 64
#define POD_MARK "pod"

/* A part of a path, without a NUL at its end. */
struct span {
	const char *start;
	size_t length;
};

/*
 * Names of a container's component of the path: prefix, id, suffix. The systemd driver makes
 * scopes, the cgroupfs driver makes directories. Sources: cgroup managers of containerd and
 * cri-o, moby's daemon/oci_linux.go, podman's libpod/container_internal_linux.go, and the
 * default names of runc and crun.
 */
static const struct pattern {
	const char *prefix;
	const char *suffix;
	enum container_engine engine;
	bool any_name; /* the id is a name that the user chose, not 64 hex digits */
} patterns[] = {
	{ "cri-containerd-", ".scope", ENGINE_CONTAINERD, false },
	{ "crio-", ".scope", ENGINE_CRIO, false },
	{ "crio-", "", ENGINE_CRIO, false },
	{ "docker-", ".scope", ENGINE_DOCKER, false },
	{ "libpod-payload-", "", ENGINE_PODMAN, false },
	{ "libpod-", ".scope", ENGINE_PODMAN, false },
	{ "libpod-", "", ENGINE_PODMAN, false },
	{ "nerdctl-", ".scope", ENGINE_CONTAINERD, false },
	{ "runc-", ".scope", ENGINE_RUNC, true },
	{ "crun-", ".scope", ENGINE_CRUN, true },
};

/*
 * Directories whose children are containers. ctr and nerdctl name the parent after containerd's
 * namespace and let the user choose the id. A chosen id is plausible, and accepted, only if the
 * parent is a top-level directory.
 */
static const struct {
	const char *name;
	enum container_engine engine;
	bool any_name;
} parents[] = {
	{ "default", ENGINE_CONTAINERD, true },
	{ "k8s.io", ENGINE_CONTAINERD, true },
	{ "moby", ENGINE_DOCKER, false },
	{ "docker", ENGINE_DOCKER, false },
};

/* Podman's cgroupfs driver puts pods here. Their names look like bare container ids. */
#define PODMAN_PARENT "libpod_parent"

static const char *const engine_names[] = {
	[ENGINE_UNKNOWN] = "unknown", [ENGINE_CONTAINERD] = "containerd", [ENGINE_CRIO] = "cri-o",
	[ENGINE_DOCKER] = "docker",   [ENGINE_PODMAN] = "podman",	  [ENGINE_RUNC] = "runc",
	[ENGINE_CRUN] = "crun",
};

const char *container_engine_name(enum container_engine engine)
{
	return (size_t)engine < array_size(engine_names) ? engine_names[engine] : "unknown";
}

static bool span_is(struct span span, const char *text)
{
	return span.length == strlen(text) && memcmp(span.start, text, span.length) == 0;
}

/* Removes prefix and suffix. False if the span lacks them or nothing would be left. */
static bool span_strip(struct span *span, const char *prefix, const char *suffix)
{
	size_t before = strlen(prefix), after = strlen(suffix);

	if (span->length <= before + after || memcmp(span->start, prefix, before) != 0 ||
	    memcmp(span->start + span->length - after, suffix, after) != 0)
		return false;
	span->start += before;
	span->length -= before + after;
	return true;
}

static bool is_hex_id(struct span span)
{
	return span.length == HEX_ID_LENGTH &&
	       strspn(span.start, "0123456789abcdef") >= span.length;
}

static bool has_characters_of_id(struct span span)
{
	return span.start[0] != '.' && span.start[0] != '-' &&
	       strspn(span.start, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "_.+-") >= span.length;
}

/* True for an id that runc, crun and containerd accept. */
static bool is_name(struct span span)
{
	return span.length < CONTAINER_ID_SIZE && has_characters_of_id(span);
}

bool container_name_is_valid(const char *text)
{
	return has_characters_of_id((struct span){ text, strlen(text) });
}

bool container_id_is_valid(const char *text)
{
	return is_name((struct span){ text, strlen(text) });
}

bool container_id_is_whole(const char *text)
{
	return is_hex_id((struct span){ text, strlen(text) });
}

static bool is_pod_uid(struct span span)
{
	return span.length >= 32 && span.length < POD_UID_SIZE &&
	       strspn(span.start, "0123456789abcdefABCDEF-_") >= span.length;
}

static void set_pod(struct cgroup_container *container, struct span uid, enum pod_qos qos)
{
	size_t i;

	/*
	 * systemd splits slices at dashes, so the systemd driver writes the uid with underscores.
	 */
	for (i = 0; i < uid.length; i++)
		container->pod_uid[i] = uid.start[i] == '_' ? '-' : uid.start[i];
	container->pod_uid[uid.length] = '\0';
	container->qos = qos;
}

static const struct {
	const char *directory; /* of the cgroupfs driver */
	const char *slice;     /* of the systemd driver, between "kubepods-" and the uid */
	enum pod_qos qos;
} qos_classes[] = {
	{ "burstable", "burstable-" POD_MARK, POD_QOS_BURSTABLE },
	{ "besteffort", "besteffort-" POD_MARK, POD_QOS_BEST_EFFORT },
	{ "kubepods", POD_MARK, POD_QOS_GUARANTEED },
};

/* "kubepods-burstable-pod<uid>.slice". With a root of the kubelet it is "kubelet-kubepods-…". */
static bool parse_pod_slice(struct span component, struct cgroup_container *container)
{
	static const char root[] = "kubepods-";
	size_t at, i;

	if (!span_strip(&component, "", ".slice"))
		return false;
	for (at = 0; at + strlen(root) < component.length; at++) {
		struct span rest = { component.start + at, component.length - at };

		if ((at && component.start[at - 1] != '-') || !span_strip(&rest, root, ""))
			continue;
		for (i = 0; i < array_size(qos_classes); i++) {
			struct span uid = rest;

			if (!span_strip(&uid, qos_classes[i].slice, "") || !is_pod_uid(uid))
				continue;
			set_pod(container, uid, qos_classes[i].qos);
			return true;
		}
	}
	return false;
}

/* "pod<uid>" below "kubepods", "kubepods/burstable" or "kubepods/besteffort". */
static bool parse_pod_directory(struct span component, struct span parent,
				struct cgroup_container *container)
{
	size_t i;

	if (!span_strip(&component, POD_MARK, "") || !is_pod_uid(component))
		return false;
	for (i = 0; i < array_size(qos_classes); i++) {
		if (!span_is(parent, qos_classes[i].directory))
			continue;
		set_pod(container, component, qos_classes[i].qos);
		return true;
	}
	return false;
}

static bool parse_container(struct span component, struct span parent, bool top_level,
			    struct span *ret_id, enum container_engine *ret_engine)
{
	size_t i;

	for (i = 0; i < array_size(patterns); i++) {
		struct span id = component;

		if (!span_strip(&id, patterns[i].prefix, patterns[i].suffix))
			continue;
		if (!(patterns[i].any_name ? is_name(id) : is_hex_id(id)))
			continue;
		*ret_id = id;
		*ret_engine = patterns[i].engine;
		return true;
	}
	*ret_id = component;
	for (i = 0; i < array_size(parents); i++) {
		bool any_name = parents[i].any_name && top_level;

		if (!span_is(parent, parents[i].name) ||
		    !(any_name ? is_name(component) : is_hex_id(component)))
			continue;
		*ret_engine = parents[i].engine;
		return true;
	}
	*ret_engine = ENGINE_UNKNOWN;
	return is_hex_id(component) && !span_is(parent, PODMAN_PARENT);
}

/*
 * "<slice>:cri-containerd:<id>". If the kubelet uses the systemd driver and containerd does
 * not, the systemd driver's notation becomes the name of a directory.
 */
static bool parse_unsplit(struct span component, struct span *ret_id,
			  struct cgroup_container *container)
{
	static const char mark[] = ":cri-containerd:";
	const char *colon = memchr(component.start, ':', component.length);
	struct span slice, id;

	if (!colon)
		return false;
	slice = (struct span){ component.start, colon - component.start };
	id = (struct span){ colon, component.length - slice.length };
	if (!span_strip(&id, mark, "") || !is_hex_id(id))
		return false;
	parse_pod_slice(slice, container);
	*ret_id = id;
	return true;
}

bool cgroup_path_parse(const char *path, struct cgroup_container *ret_container)
{
	struct cgroup_container container = {};
	struct span component = { path, 0 }, parent, id;
	const char *at = path;
	size_t depth;

	for (depth = 0;; depth++) {
		at += strspn(at, "/");
		if (!*at)
			return false;
		parent = component;
		component = (struct span){ at, strcspn(at, "/") };
		at += component.length;
		if (parse_pod_slice(component, &container) ||
		    parse_pod_directory(component, parent, &container))
			continue;
		if (parse_unsplit(component, &id, &container)) {
			container.engine = ENGINE_CONTAINERD;
			break;
		}
		if (parse_container(component, parent, depth == 1, &id, &container.engine))
			break;
	}
	memcpy(container.id, id.start, id.length);
	container.length = at - path;
	*ret_container = container;
	return true;
}
