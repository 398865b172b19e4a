/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_DOCKER_H
#define CONTAINER_DOCKER_H

/*
 * Finds the directories of this machine's Docker daemons, and reads the container records
 * there.
 */
#include <jansson.h>
#include <stddef.h>

#include "container/container_record.h"
#include "util/cleanup.h"

struct error;

/* The directories of one daemon, absolute. */
struct docker_root {
	char *data;	  /* images and containers: "/var/lib/docker" */
	char *run;	  /* running containers: "/run/docker" */
	json_t *runtimes; /* of daemon.json and the command line, by name; may be NULL */
};

struct docker_roots {
	struct docker_root *items;
	size_t length;
};

/*
 * Finds the usual directories, those of /etc/docker/daemon.json, and those of every dockerd
 * that root runs here. root is "" or a test's directory. In a test's directory only files are
 * read, and running daemons are ignored.
 */
int docker_roots_find(const char *root, struct docker_roots *ret_roots, struct error *err);
void docker_roots_finish(struct docker_roots *roots);
#define _cleanup_docker_roots_ _cleanup_(docker_roots_finish)

/* Adds the containers whose id begins with reference or whose name is reference; "" for all. */
int docker_add_records(const char *root, const char *reference, struct container_records *records,
		       struct error *err);

#endif
