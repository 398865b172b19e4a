/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_START_H
#define CONTAINER_CONTAINER_START_H

#include <stdbool.h>

/*
 * True if the container was created but not started: its runtime's state directory has the FIFO
 * on which the container's first process waits. Only root's directories are believed. False if
 * unknown.
 */
bool container_waits_for_start(const char *id);

#endif
