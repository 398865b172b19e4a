/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_PROBE_H
#define RECORD_PROBE_H

#include "record/recorder.h"

struct error;

/* Loads the BPF object, attaches every program, and takes all of it away again. */
int probe_load(enum recorder_hook hook, struct error *err);

#endif
