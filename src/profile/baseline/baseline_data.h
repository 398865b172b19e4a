/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFILE_BASELINE_BASELINE_DATA_H
#define PROFILE_BASELINE_BASELINE_DATA_H

/*
 * What the build makes of src/profile/baseline/tables: the index, and the tables one behind the
 * other, compressed by gzip. Neighbours differ in a few names, so that all of them take 10 KiB.
 */
#include "profile/baseline/baseline.h"

extern const unsigned char baseline_archive[];
extern const size_t baseline_archive_size;

#endif
