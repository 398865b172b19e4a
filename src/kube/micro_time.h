/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_MICRO_TIME_H
#define KUBE_MICRO_TIME_H

#include <stdint.h>

#include "util/str.h"

#define KUBE_MICRO_TIME_SIZE STR_TIME_SIZE

/*
 * Writes nanoseconds since the epoch as a MicroTime of the API: "2026-11-22T14:51:03.123456Z". The
 * API server refuses more or fewer than six decimals.
 */
void kube_micro_time(char out[KUBE_MICRO_TIME_SIZE], int64_t epoch_ns);

#endif
