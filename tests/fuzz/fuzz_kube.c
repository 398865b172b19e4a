// SPDX-License-Identifier: Apache-2.0
//
// What comes from a Kubernetes API server, and from kubeconfig files. An input's first byte selects a
// list, the events of a watch, a failure, or a file. The second byte of a stream is the size of the
// pieces in which it arrives.
#include "input.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "json/cursor.h"
#include "kube/config.h"
#include "kube/cutter.h"
#include "kube/status.h"
#include "kube/token.h"
#include "util/file.h"

#define OBJECT_MAX 256

/* What was cut out, for comparison. */
struct cuts {
	uint64_t hash; /* FNV-1a */
	size_t objects;
	bool failed;
};

static void add(struct cuts *cuts, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		cuts->hash = (cuts->hash ^ (uint8_t)text[i]) * 1099511628211u;
	cuts->hash = (cuts->hash ^ 256) * 1099511628211u;
}

static void check_object(const char *text, size_t size)
{
	_cleanup_json_ json_t *root = NULL;
	struct error err = ERROR_INIT;

	assert(size && size <= OBJECT_MAX && text[0] == '{');
	if (!failed(tree_parse("object", text, size, &root, &err), &err))
		assert(json_is_object(root));
}

static struct cuts cut(enum cutter_kind kind, struct input input, size_t piece)
{
	_cleanup_cutter_ struct cutter *cutter = NULL;
	struct error err = ERROR_INIT;
	struct cuts cuts = {};
	const char *object;
	size_t length;
	int r = cutter_create(kind, OBJECT_MAX, &cutter, &err);

	while (r >= 0 && input.left) {
		size_t size = input.left < piece ? input.left : piece;
		const char *bytes = (const char *)input.at;

		input.at += size;
		input.left -= size;
		while ((r = cutter_next(cutter, &bytes, &size, &object, &length, &err)) > 0) {
			check_object(object, length);
			add(&cuts, object, length);
			cuts.objects++;
		}
	}
	if (r == 0)
		r = cutter_end(cutter, &object, &length, &err);
	if (r == 0)
		add(&cuts, object, length);
	cuts.failed = failed(r, &err);
	return cuts;
}

/* Pieces make no difference. */
static void check_stream(enum cutter_kind kind, struct input input)
{
	size_t piece = take_byte(&input) + 1;
	struct cuts torn = cut(kind, input, piece), whole = cut(kind, input, SIZE_MAX);

	assert(torn.hash == whole.hash && torn.objects == whole.objects);
	assert(torn.failed == whole.failed);
}

static void check_failure(struct input input)
{
	struct error err = ERROR_INIT;
	int status = 400 + take_byte(&input) % 200;
	const char *at;
	int r = status_to_error(status, (const char *)input.at, input.left, &err);

	assert(r < 0);
	for (at = err.message; *at; at++)
		assert((unsigned char)*at >= ' ' && *at != 127);
	failed(r, &err);
}

static void check_config(const struct kube_config *config)
{
	struct error err = ERROR_INIT;
	struct token *token;

	assert(config->endpoint && config->authority && config->server_name && config->prefix);
	assert(config->ca_file && config->namespace);
	if (!failed(token_create(config, &token, &err), &err))
		token_destroy(token);
}

static void check_kubeconfig(struct input input)
{
	struct kube_config config;
	struct error err = ERROR_INIT;
	int fd = memfd_create("input", MFD_CLOEXEC);
	char path[32];

	assert(fd >= 0 && file_write_all(fd, (const char *)input.at, input.left) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!failed(kube_config_read(path, NULL, &config, &err), &err)) {
		check_config(&config);
		kube_config_finish(&config);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	switch (take_byte(&input)) {
	case 'l':
		check_stream(CUTTER_ITEMS, input);
		break;
	case 'w':
		check_stream(CUTTER_EVENTS, input);
		break;
	case 'f':
		check_failure(input);
		break;
	case 'c':
		check_kubeconfig(input);
		break;
	}
	return 0;
}
