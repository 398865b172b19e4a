// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "cgroup/cgroup_path.h"
#include "util/array.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define INNER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define UID_DASHES "4ad4390f-97d2-446b-b4f7-a4532724f7c2"
#define UID_UNDERSCORES "4ad4390f_97d2_446b_b4f7_a4532724f7c2"
#define UID_STATIC "4ad4390f97d2446bb4f7a4532724f7c2" /* of a static pod: a hash */

static const struct {
	const char *path;  /* up to and including the container's component */
	const char *below; /* the rest of the path, which also belongs to the container */
	enum container_engine engine;
	const char *id;
	const char *pod_uid;
	enum pod_qos qos;
} containers[] = {
	/* containerd with the cgroupfs driver: the path does not name the engine. */
	{ "/kubepods/besteffort/pod" UID_DASHES "/" ID, "", ENGINE_UNKNOWN, ID, UID_DASHES,
	  POD_QOS_BEST_EFFORT },
	{ "/kubepods/burstable/pod" UID_DASHES "/" ID, "/init", ENGINE_UNKNOWN, ID, UID_DASHES,
	  POD_QOS_BURSTABLE },
	{ "/kubepods/pod" UID_DASHES "/" ID, "", ENGINE_UNKNOWN, ID, UID_DASHES,
	  POD_QOS_GUARANTEED },
	{ "/kubepods/burstable/pod" UID_STATIC "/" ID, "", ENGINE_UNKNOWN, ID, UID_STATIC,
	  POD_QOS_BURSTABLE },
	/* containerd with the systemd driver. */
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_UNDERSCORES
	  ".slice/cri-containerd-" ID ".scope",
	  "", ENGINE_CONTAINERD, ID, UID_DASHES, POD_QOS_BURSTABLE },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_UNDERSCORES
	  ".slice/cri-containerd-" ID ".scope",
	  "/system.slice/x.service", ENGINE_CONTAINERD, ID, UID_DASHES, POD_QOS_BEST_EFFORT },
	{ "/kubepods.slice/kubepods-pod" UID_UNDERSCORES ".slice/cri-containerd-" ID ".scope", "",
	  ENGINE_CONTAINERD, ID, UID_DASHES, POD_QOS_GUARANTEED },
	/* The kubelet uses the systemd driver and containerd does not. */
	{ "/system.slice/containerd.service/kubepods-burstable-pod" UID_UNDERSCORES
	  ".slice:cri-containerd:" ID,
	  "", ENGINE_CONTAINERD, ID, UID_DASHES, POD_QOS_BURSTABLE },
	/* k3s: the kubelet in the same service, or below its own root. */
	{ "/k3s/kubepods/besteffort/pod" UID_DASHES "/" ID, "", ENGINE_UNKNOWN, ID, UID_DASHES,
	  POD_QOS_BEST_EFFORT },
	{ "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
	  "kubelet-kubepods-besteffort-pod" UID_UNDERSCORES ".slice/cri-containerd-" ID ".scope",
	  "", ENGINE_CONTAINERD, ID, UID_DASHES, POD_QOS_BEST_EFFORT },
	/* CRI-O with both drivers. */
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_UNDERSCORES
	  ".slice/crio-" ID ".scope",
	  "/container", ENGINE_CRIO, ID, UID_DASHES, POD_QOS_BEST_EFFORT },
	{ "/kubepods/burstable/pod" UID_DASHES "/crio-" ID, "", ENGINE_CRIO, ID, UID_DASHES,
	  POD_QOS_BURSTABLE },
	/* Docker with both drivers, with a custom parent, and below a kubelet. */
	{ "/docker/" ID, "", ENGINE_DOCKER, ID, "", POD_QOS_UNKNOWN },
	{ "/system.slice/docker-" ID ".scope", "/init.scope", ENGINE_DOCKER, ID, "",
	  POD_QOS_UNKNOWN },
	{ "/actions_job/" ID, "", ENGINE_UNKNOWN, ID, "", POD_QOS_UNKNOWN },
	{ "/kubepods.slice/kubepods-pod" UID_UNDERSCORES ".slice/docker-" ID ".scope", "",
	  ENGINE_DOCKER, ID, UID_DASHES, POD_QOS_GUARANTEED },
	/* Podman with both drivers, in a pod, without root, in a unit (--cgroups=split). */
	{ "/machine.slice/libpod-" ID ".scope", "/container", ENGINE_PODMAN, ID, "",
	  POD_QOS_UNKNOWN },
	{ "/machine.slice/machine-libpod_pod_" INNER ".slice/libpod-" ID ".scope", "",
	  ENGINE_PODMAN, ID, "", POD_QOS_UNKNOWN },
	{ "/libpod_parent/libpod-" ID, "", ENGINE_PODMAN, ID, "", POD_QOS_UNKNOWN },
	{ "/libpod_parent/" INNER "/libpod-" ID, "", ENGINE_PODMAN, ID, "", POD_QOS_UNKNOWN },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
	  "/container", ENGINE_PODMAN, ID, "", POD_QOS_UNKNOWN },
	{ "/system.slice/web.service/libpod-payload-" ID, "", ENGINE_PODMAN, ID, "",
	  POD_QOS_UNKNOWN },
	/* containerd by hand: ctr and nerdctl. */
	{ "/default/web", "", ENGINE_CONTAINERD, "web", "", POD_QOS_UNKNOWN },
	{ "/k8s.io/" ID, "", ENGINE_CONTAINERD, ID, "", POD_QOS_UNKNOWN },
	{ "/system.slice/nerdctl-" ID ".scope", "", ENGINE_CONTAINERD, ID, "", POD_QOS_UNKNOWN },
	/* The OCI runtimes by hand. */
	{ "/system.slice/runc-web.1.scope", "", ENGINE_RUNC, "web.1", "", POD_QOS_UNKNOWN },
	{ "/user.slice/crun-web.scope", "", ENGINE_CRUN, "web", "", POD_QOS_UNKNOWN },
	/* A container inside a container belongs to the outer one: kind, Docker in a pod. */
	{ "/docker/" ID, "/kubelet/kubepods/burstable/pod" UID_DASHES "/" INNER, ENGINE_DOCKER, ID,
	  "", POD_QOS_UNKNOWN },
	{ "/system.slice/docker-" ID ".scope",
	  "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UID_UNDERSCORES
	  ".slice/cri-containerd-" INNER ".scope",
	  ENGINE_DOCKER, ID, "", POD_QOS_UNKNOWN },
	{ "/kubepods/pod" UID_DASHES "/" ID, "/docker/" INNER, ENGINE_UNKNOWN, ID, UID_DASHES,
	  POD_QOS_GUARANTEED },
	{ "/machine.slice/libpod-" ID ".scope", "/container/libpod_parent/libpod-" INNER,
	  ENGINE_PODMAN, ID, "", POD_QOS_UNKNOWN },
	/* Seen from another cgroup namespace, and with superfluous slashes. */
	{ "/../../kubepods/pod" UID_DASHES "/" ID, "", ENGINE_UNKNOWN, ID, UID_DASHES,
	  POD_QOS_GUARANTEED },
	{ "//docker//" ID, "//x", ENGINE_DOCKER, ID, "", POD_QOS_UNKNOWN },
};

static void containers_are_told_from_their_paths(void **state)
{
	size_t i;

	for (i = 0; i < array_size(containers); i++) {
		struct cgroup_container container;
		char path[600];

		strcpy(path, containers[i].path);
		strcat(path, containers[i].below);
		if (!cgroup_path_parse(path, &container))
			fail_msg("no container in %s", path);
		if (strcmp(container.id, containers[i].id) != 0 ||
		    container.engine != containers[i].engine)
			fail_msg("%s: found %s of %s", path, container.id,
				 container_engine_name(container.engine));
		if (strcmp(container.pod_uid, containers[i].pod_uid) != 0 ||
		    container.qos != containers[i].qos)
			fail_msg("%s: found pod '%s' of class %d", path, container.pod_uid,
				 container.qos);
		if (container.length != strlen(containers[i].path))
			fail_msg("%s: ends after '%.*s'", path, (int)container.length, path);
	}
}

static const char *const others[] = {
	"",
	"/",
	"/init.scope",
	"/system.slice/sshd.service",
	"/user.slice/user-1000.slice/session-1.scope",
	/* Parents of containers are not containers. */
	"/docker",
	"/docker/buildkit",
	"/kubepods.slice",
	"/kubepods/besteffort/pod" UID_DASHES,
	"/kubepods.slice/kubepods-pod" UID_UNDERSCORES ".slice",
	"/machine.slice/machine-libpod_pod_" ID ".slice",
	"/libpod_parent/" ID,
	"/default",
	"/system.slice/default/web",
	/* A monitor is not part of its container. */
	"/kubepods/burstable/pod" UID_DASHES "/crio-conmon-" ID,
	"/kubepods.slice/kubepods-pod" UID_UNDERSCORES ".slice/crio-conmon-" ID ".scope",
	"/machine.slice/libpod-conmon-" ID ".scope",
	"/libpod_parent/libpod-conmon-" ID,
	/* Names that only resemble those of containers. */
	"/system.slice/docker.service",
	"/system.slice/crio.service",
	"/system.slice/docker-cleanup.scope",
	"/system.slice/docker-0123.scope",
	"/docker/0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
	"/docker/" ID "0",
	"/x/..",
	"/system.slice/runc-.scope",
	"/system.slice/runc-..scope",
};

static void other_cgroups_are_no_containers(void **state)
{
	size_t i;

	for (i = 0; i < array_size(others); i++) {
		struct cgroup_container container = { .length = 12345 };

		if (cgroup_path_parse(others[i], &container))
			fail_msg("%s: found %s", others[i], container.id);
		assert_int_equal(container.length, 12345);
	}
}

static void ids_of_any_length_fit(void **state)
{
	struct cgroup_container container;
	char path[300] = "/default/";

	memset(path + strlen("/default/"), 'a', CONTAINER_ID_SIZE - 1);
	assert_true(cgroup_path_parse(path, &container));
	assert_int_equal(strlen(container.id), CONTAINER_ID_SIZE - 1);
	strcat(path, "a");
	assert_false(cgroup_path_parse(path, &container));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(containers_are_told_from_their_paths),
		cmocka_unit_test(other_cgroups_are_no_containers),
		cmocka_unit_test(ids_of_any_length_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
