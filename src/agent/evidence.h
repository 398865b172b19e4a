/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_EVIDENCE_H
#define AGENT_EVIDENCE_H

/*
 * The evidence of a node for its recordings, which outlives the agent and the machine's next start:
 *
 *	<directory>/<namespace>/<name>.<uid>.recording.json   what was recorded
 *	<directory>/<namespace>/<name>.<uid>.object.json      the ProfileRecording, until it is over
 *	<directory>/<namespace>/<name>.<uid>.unreadable.recording.json   a damaged file of the first kind
 *
 * The first is a recording like any other: 'recorder explain' reads it.
 */
#include <stdint.h>

#include "recording/recording.h"
#include "util/cleanup.h"

struct error;
struct evidence;

/*
 * Opens the evidence of one recording, and reads what an earlier agent wrote of it. The caller
 * closes ret_evidence. -EINVAL if one of the names cannot be a part of a path.
 */
int evidence_open(const char *directory, const char *namespace, const char *name, const char *uid,
		  struct evidence **ret_evidence, struct error *err);

/* Saves nothing. Accepts NULL. */
void evidence_close(struct evidence *evidence);
DEFINE_CLEANUP(struct evidence *, evidence_close);
#define _cleanup_evidence_ _cleanup_(cleanup_evidence_close)

/*
 * Moves the observations of two recordings into the evidence: of workloads that have ended, and of
 * live ones. Both recordings are empty afterwards. A live workload may come any number of times. If
 * many have ended, further ones are summed up by their kind.
 */
int evidence_add(struct evidence *evidence, struct recording *ended, struct recording *live,
		 struct error *err);

/*
 * Adds the reason why the recording as a whole may lack calls to all that is in it: whose calls they
 * were is not known.
 */
int evidence_add_gap(struct evidence *evidence, const char *gap, struct error *err);

/* What became of earlier evidence that could not be read: a sentence, borrowed. NULL: it could. */
const char *evidence_unreadable(const struct evidence *evidence);

/* All of it, borrowed. */
const struct recording *evidence_recording(const struct evidence *evidence);

/* True if the recording has grown since it was written, in anything that a profile depends on. */
bool evidence_has_news(const struct evidence *evidence);

/* Writes the recording if it has grown since it was written. */
int evidence_save(struct evidence *evidence, struct error *err);

/* Writes the ProfileRecording, as JSON. evidence_end() removes it: the recording is over. */
int evidence_save_object(const struct evidence *evidence, const char *text, struct error *err);
int evidence_end(const struct evidence *evidence, struct error *err);

/*
 * Calls visit with each ProfileRecording that was not over when the last agent ended. Those that cannot
 * be read are passed over; the first failure is returned in the end. A missing directory has none.
 */
int evidence_visit(const char *directory, void (*visit)(void *data, const char *text, size_t size),
		   void *data, struct error *err);

/*
 * Removes evidence of recordings that are over: what is older than max_age (ns), and then the
 * oldest, until all evidence together is not larger than max_bytes.
 */
int evidence_prune(const char *directory, int64_t max_age, uint64_t max_bytes, struct error *err);

#endif
