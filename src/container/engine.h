/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_ENGINE_H
#define CONTAINER_ENGINE_H

/* Which version of a container engine this machine has: its default profile depends on that. */
#include "cgroup/cgroup_path.h"

struct error;

/*
 * The version of the daemons that run, as the program that they run says it, or of the installed
 * program where there is no daemon (Podman has none); owned by the caller. -ENOENT when there is
 * neither, or when daemons of several versions run and any of them may be meant.
 */
int engine_version(enum container_engine engine, char **ret_version, struct error *err);

#endif
