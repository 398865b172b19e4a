// SPDX-License-Identifier: Apache-2.0
/*
 * Prints what src/container finds out about the containers of this machine, for shell tests:
 *
 *	target_probe cri ENDPOINT            sandboxes and containers, one per line
 *	target_probe status ENDPOINT ID      one container
 *	target_probe resolve ENDPOINT PREFIX one container, by the beginning of its id ("-": no CRI)
 *	target_probe command PROGRAM...      runs a program in its own cgroup
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "container/container.h"
#include "container/cri.h"
#include "util/error.h"

static int print_sandboxes(struct cri *cri, struct error *err)
{
	struct cri_sandbox *sandboxes;
	size_t i, j, count;
	int r = cri_list_sandboxes(cri, &sandboxes, &count, err);

	if (r < 0)
		return r;
	for (i = 0; i < count; i++) {
		printf("sandbox %s %s/%s uid=%s handler=%s state=%d", sandboxes[i].id,
		       sandboxes[i].namespace, sandboxes[i].name, sandboxes[i].uid,
		       sandboxes[i].runtime_handler, sandboxes[i].state);
		for (j = 0; j < sandboxes[i].label_count; j++)
			printf(" %s=%s", sandboxes[i].labels[j].key, sandboxes[i].labels[j].value);
		printf("\n");
	}
	cri_sandboxes_free(sandboxes, count);
	return 0;
}

static void print_container(const struct cri_container *container)
{
	printf("container %s sandbox=%s name=%s image=%s ref=%s state=%d labels=%zu\n",
	       container->id, container->sandbox_id, container->name, container->image,
	       container->image_ref, container->state, container->label_count);
}

static int print_cri(struct cri *cri, struct error *err)
{
	struct cri_container *containers;
	size_t i, count;
	int r;

	printf("runtime %s %s\n", cri_runtime_name(cri), cri_runtime_version(cri));
	r = print_sandboxes(cri, err);
	if (r == 0)
		r = cri_list_containers(cri, NULL, &containers, &count, err);
	if (r < 0)
		return r;
	for (i = 0; i < count; i++)
		print_container(&containers[i]);
	cri_containers_free(containers, count);
	return 0;
}

static void print_bundle(const struct bundle *bundle)
{
	size_t i;

	printf("no_new_privs %d\nseccomp %d\nmount_namespace %d\ncapabilities",
	       bundle->no_new_privs, bundle->has_seccomp, bundle->mount_namespace);
	for (i = 0; i < bundle->capability_count; i++)
		printf(" %s", bundle->capabilities[i]);
	printf("\npod %s/%s %s\nname %s\ntype %s\n", bundle->pod_namespace ?: "",
	       bundle->pod_name ?: "", bundle->pod_uid ?: "", bundle->container_name ?: "",
	       bundle->container_type ?: "");
}

static int print_status(struct cri *cri, const char *id, struct error *err)
{
	_cleanup_cri_container_status_ struct cri_container_status status = {};
	_cleanup_bundle_ struct bundle bundle = {};
	int r = cri_container_status(cri, id, &status, err);

	if (r == 0)
		r = bundle_parse(status.bundle, strlen(status.bundle), &bundle, err);
	if (r < 0)
		return r;
	print_container(&status.container);
	printf("pid %d\nruntime %s %s\n", status.pid, status.runtime_type, status.runtime_binary);
	print_bundle(&bundle);
	return 0;
}

static int print_resolved(struct cri *cri, const char *prefix, struct error *err)
{
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	_cleanup_container_ struct container container = {};
	int r = cgroup_mount_find(&mount, err);

	if (r == 0)
		r = container_resolve(&mount, cri, prefix, &container, err);
	if (r < 0)
		return r;
	printf("id %s\nengine %s\npid %d\ncgroup %s\nruntime %s %s\nbundle %d\n", container.id,
	       container_engine_name(container.engine), container.pid, container.cgroup,
	       container.runtime ?: "-", container.runtime_version ?: "-", container.bundle_known);
	print_bundle(&container.bundle);
	return 0;
}

static int enter(const struct cgroup_command *command)
{
	char path[PATH_MAX];
	FILE *procs;

	snprintf(path, sizeof(path), "%s/cgroup.procs", command->directory);
	procs = fopen(path, "w");
	return procs && fputs("0", procs) >= 0 && fclose(procs) == 0 ? 0 : -1;
}

static int run_command(char **argv, struct error *err)
{
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	_cleanup_cgroup_command_ struct cgroup_command command = {};
	bool populated = false;
	int r = cgroup_mount_find(&mount, err);
	pid_t pid;

	if (r == 0)
		r = cgroup_create_for_command(&mount, &command, err);
	if (r < 0)
		return r;
	printf("directory %s\nid %llu\n", command.directory, (unsigned long long)command.id);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (enter(&command) == 0)
			execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	r = cgroup_command_populated(&command, &populated, err);
	printf("populated %d\n", populated);
	return r < 0 ? r : cgroup_command_remove(&command, err);
}

static int run(int argc, char **argv, struct error *err)
{
	_cleanup_cri_ struct cri *cri = NULL;
	int r = 0;

	if (strcmp(argv[1], "command") == 0)
		return run_command(argv + 2, err);
	if (strcmp(argv[2], "-") != 0)
		r = cri_connect(*argv[2] ? argv[2] : NULL, &cri, err);
	if (r < 0)
		return r;
	if (strcmp(argv[1], "cri") == 0)
		return print_cri(cri, err);
	if (strcmp(argv[1], "status") == 0 && argc > 3)
		return print_status(cri, argv[3], err);
	if (strcmp(argv[1], "resolve") == 0 && argc > 3)
		return print_resolved(cri, argv[3], err);
	return error_set(err, EINVAL, "usage: see the top of the source");
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (argc > 2 && run(argc, argv, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", error_message(&err));
	return 1;
}
