/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_PROBE_H
#define RECORD_PROBE_H

struct error;

/* Loads the BPF object, attaches every program, and takes all of it away again. */
int probe_load(struct error *err);

#endif
