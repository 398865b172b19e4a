// SPDX-License-Identifier: Apache-2.0
#include "container/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container/engine_process.h"
#include "container/runtime.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/error.h"

/*
 * Lifetime of a cached answer: containers start by the hundred, and engines do not change so
 * fast.
 */
#define FRESH_NS 1000000000LL

static const char *const programs[] = {
	[ENGINE_CONTAINERD] = "containerd",
	[ENGINE_CRIO] = "crio",
	[ENGINE_DOCKER] = "dockerd",
	[ENGINE_PODMAN] = "podman",
};

/* Cached answers, for all threads. */
static pthread_mutex_t known_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct known_answer {
	char version[32]; /* "" if there was no answer */
	int64_t until;
} known[array_size(programs)];

/* False if there is no answer, or if it is too old. */
static bool find_known(enum container_engine engine, int64_t now, struct known_answer *ret_answer)
{
	pthread_mutex_lock(&known_mutex);
	*ret_answer = known[engine];
	pthread_mutex_unlock(&known_mutex);
	return now < ret_answer->until;
}

static void remember(enum container_engine engine, const struct known_answer *answer)
{
	pthread_mutex_lock(&known_mutex);
	known[engine] = *answer;
	pthread_mutex_unlock(&known_mutex);
}

/* Reads the program that runs, even if its file was replaced since. */
static int daemon_version(const struct engine_process *daemon, const char *program,
			  char **ret_version, struct error *err)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/exe", daemon->pid);
	return program_version(program, path, ret_version, err);
}

/* ret_version stays NULL if no daemon runs. */
static int daemons_version(const char *program, char **ret_version, struct error *err)
{
	_cleanup_engine_processes_ struct engine_processes daemons = {};
	_cleanup_free_ char *common = NULL;
	size_t i;
	int r = engine_processes_find(program, &daemons, err);

	for (i = 0; i < daemons.length && r == 0; i++) {
		_cleanup_free_ char *version = NULL;

		r = daemon_version(&daemons.items[i], program, &version, err);
		if (r == 0 && common && strcmp(common, version) != 0)
			return error_set(err, ENOENT, "%s runs in the versions %s and %s", program,
					 common, version);
		if (r == 0 && !common)
			common = steal_pointer(&version);
	}
	if (r == 0)
		*ret_version = steal_pointer(&common);
	return r;
}

int engine_version(enum container_engine engine, char **ret_version, struct error *err)
{
	_cleanup_free_ char *version = NULL;
	int64_t now = clock_ns(CLOCK_MONOTONIC);
	const char *program = (size_t)engine < array_size(programs) ? programs[engine] : NULL;
	struct known_answer answer;
	int r;

	if (!program)
		return error_set(err, ENOENT, "the versions of %s are never looked up",
				 container_engine_name(engine));
	if (!find_known(engine, now, &answer)) {
		r = daemons_version(program, &version, err);
		if (r == 0 && !version)
			r = runtime_version(program, NULL, &version, err);
		answer.until = now + FRESH_NS;
		snprintf(answer.version, sizeof(answer.version), "%s", r == 0 ? version : "");
		remember(engine, &answer);
		if (r < 0)
			return r;
	}
	if (!*answer.version)
		return error_set(err, ENOENT, "the version of %s is unknown", program);
	free(version);
	version = strdup(answer.version);
	if (!version)
		return error_nomem(err);
	*ret_version = steal_pointer(&version);
	return 0;
}
