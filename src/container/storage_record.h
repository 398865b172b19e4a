/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_STORAGE_RECORD_H
#define CONTAINER_STORAGE_RECORD_H

/* Reads the list of containers in the storage library that Podman and CRI-O share. */
struct container_records;
struct error;

/* As docker_add_records(). */
int storage_add_records(const char *root, const char *reference, struct container_records *records,
			struct error *err);

#endif
