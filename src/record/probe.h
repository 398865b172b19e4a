/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_PROBE_H
#define RECORD_PROBE_H

#include "record/recorder.h"

struct error;

/* Tests the BPF object: loads it, attaches every program, and removes everything again. */
int probe_load(enum recorder_hook hook, struct error *err);

#endif
