// SPDX-License-Identifier: Apache-2.0
#include "seccomp/violations.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seccomp/filter.h"
#include "seccomp/prove.h"
#include "seccomp/scmp_arch.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

/* Orders by call, then by the effect that the call would have had. */
static int compare_calls(const struct violation *a, const struct violation *b)
{
	if (a->architecture != b->architecture)
		return a->architecture < b->architecture ? -1 : 1;
	if (a->nr != b->nr)
		return a->nr < b->nr ? -1 : 1;
	if (a->effect.action != b->effect.action)
		return a->effect.action < b->effect.action ? -1 : 1;
	return (a->effect.data > b->effect.data) - (a->effect.data < b->effect.data);
}

/* Finds the place of a call in the list. True if the call is there already. */
static bool find(const struct violations *violations, const struct violation *call,
		 size_t *ret_place)
{
	size_t low = 0, high = violations->length;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_calls(&violations->items[middle], call);

		if (order == 0) {
			*ret_place = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_place = low;
	return false;
}

/* The process waits for its answer. So its pid is still its own, unless it was killed. */
static void read_process_name(struct violation *call)
{
	char path[64];
	_cleanup_close_ int fd = -1;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)call->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, call->process, sizeof(call->process) - 1);
	call->process[length > 0 ? length : 0] = '\0';
	call->process[strcspn(call->process, "\n")] = '\0';
}

static int insert(struct violations *violations, size_t place, struct violation *call,
		  struct error *err)
{
	struct violation *items = array_grow(violations->items, violations->length, sizeof(*items));

	if (!items)
		return error_nomem(err);
	violations->items = items;
	read_process_name(call);
	memmove(&items[place + 1], &items[place], (violations->length - place) * sizeof(*items));
	items[place] = *call;
	violations->length++;
	return 0;
}

static int take_down(struct violations *violations, const struct seccomp_notif *question,
		     const struct filter *filter, struct error *err)
{
	const struct seccomp_data *data = &question->data;
	struct violation call = {
		.architecture = scmp_arch_of_call(data->arch, data->nr),
		.nr = data->nr,
		.effect = effect_of_verdict(filter_run(filter, data, NULL)),
		.count = 1,
		.pid = question->pid,
	};
	size_t place, i;

	if (find(violations, &call, &place)) {
		violations->items[place].count++;
		return 0;
	}
	for (i = 0; i < ARGUMENT_COUNT; i++)
		call.arguments[i] = data->args[i];
	return insert(violations, place, &call, err);
}

static void notification_free(struct seccomp_notif **question)
{
	seccomp_notify_free(*question, NULL);
}

static void response_free(struct seccomp_notif_resp **answer)
{
	seccomp_notify_free(NULL, *answer);
}

int violations_receive(struct violations *violations, int listener, const struct filter *filter,
		       struct error *err)
{
	_cleanup_(notification_free) struct seccomp_notif *question = NULL;
	_cleanup_(response_free) struct seccomp_notif_resp *answer = NULL;
	int r = seccomp_notify_alloc(&question, &answer);

	if (r < 0)
		return error_set_errno(err, -r, "prepare for a notification");
	r = seccomp_notify_receive(listener, question);
	if (r < 0 && (errno == ENOENT || errno == EINTR || errno == EAGAIN))
		return 0; /* the process was killed meanwhile, or a signal interrupted */
	if (r < 0)
		return error_set_errno(err, errno, "receive a notification");
	r = take_down(violations, question, filter, err);
	answer->id = question->id;
	answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	/*
	 * Answers even after a failure, because the process would wait for ever. If it is gone,
	 * no answer is needed and the error does not matter.
	 */
	seccomp_notify_respond(listener, answer);
	return r;
}

void violations_finish(struct violations *violations)
{
	free(violations->items);
	*violations = (struct violations){};
}
