/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_DOCKER_H
#define CONTAINER_DOCKER_H

/* Where Docker daemons of this machine keep their containers, and what they write there. */
#include <jansson.h>
#include <stddef.h>

#include "container/container_record.h"
#include "util/cleanup.h"

struct error;

/* The directories of one daemon, absolute. */
struct docker_root {
	char *data;	  /* images and containers: "/var/lib/docker" */
	char *run;	  /* what runs now: "/run/docker" */
	json_t *runtimes; /* of daemon.json and the command line, by name; NULL without any */
};

struct docker_roots {
	struct docker_root *items;
	size_t length;
};

/*
 * The usual directories, those of /etc/docker/daemon.json, and those of every dockerd that root
 * runs here. root is "" or a test's directory, below which only the files are looked at.
 */
int docker_roots_find(const char *root, struct docker_roots *ret_roots, struct error *err);
void docker_roots_finish(struct docker_roots *roots);
#define _cleanup_docker_roots_ _cleanup_(docker_roots_finish)

/* Adds the containers whose id begins with a text, or whose name is that text; "" for all. */
int docker_add_records(const char *root, const char *reference, struct container_records *records,
		       struct error *err);

#endif
