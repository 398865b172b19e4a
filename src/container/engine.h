/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_ENGINE_H
#define CONTAINER_ENGINE_H

/*
 * Finds the version of a container engine on this machine, on which its default profile
 * depends.
 */
#include "cgroup/cgroup_path.h"

struct error;

/*
 * Finds the version of the running daemons in the program that they run, or that of
 * the installed program if there is no daemon (Podman has none). ret_version is owned by the
 * caller. -ENOENT if there is neither, or if daemons of several versions run, because any of
 * them may be meant.
 */
int engine_version(enum container_engine engine, char **ret_version, struct error *err);

#endif
