// SPDX-License-Identifier: Apache-2.0
/* Tells the handlers of a recorder about its cgroups. */
#include "record/recorder_state.h"

#include <stdlib.h>

#include "record/tracked_cgroup.h"
#include "util/array.h"
#include "util/error.h"

int recorder_add_handler(struct recorder *recorder, const struct recorder_handler *handler,
			 struct error *err)
{
	struct recorder_handler *grown =
		array_grow(recorder->handlers, recorder->handler_count, sizeof(*grown));

	if (!grown)
		return error_nomem(err);
	recorder->handlers = grown;
	recorder->handlers[recorder->handler_count++] = *handler;
	return 0;
}

void recorder_remove_handler(struct recorder *recorder, const void *data)
{
	size_t i, kept = 0;

	for (i = 0; i < recorder->handler_count; i++)
		if (recorder->handlers[i].data != data)
			recorder->handlers[kept++] = recorder->handlers[i];
	recorder->handler_count = kept;
}

static int report_created(const struct recorder *recorder, struct tracked_cgroup *tracked,
			  struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < recorder->handler_count && r == 0; i++) {
		const struct recorder_handler *handler = &recorder->handlers[i];

		if (handler->created)
			r = handler->created(handler->data, tracked, err);
	}
	return r;
}

int recorder_announce(struct recorder *recorder, uint32_t slot, struct error *err)
{
	struct tracked_cgroup *tracked;
	uint32_t above;
	int r = slots_tracked(&recorder->slots, slot, &tracked, err);

	if (r < 0 || tracked->announced)
		return r;
	tracked->announced = true;
	tracked->before = recorder->seen;
	slots_agree_before(&recorder->slots, slot, &tracked->before);
	above = slots_find(&recorder->slots, tracked->parent_id);
	if (above != RECORDER_SLOT_NONE) {
		r = recorder_announce(recorder, above, err);
		if (r < 0)
			return r;
	}
	return report_created(recorder, tracked, err);
}

static int report_removed(const struct recorder *recorder, struct tracked_cgroup *tracked,
			  struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < recorder->handler_count && r == 0; i++) {
		const struct recorder_handler *handler = &recorder->handlers[i];

		if (handler->removed)
			r = handler->removed(handler->data, tracked, err);
	}
	if (r == 0)
		tracked->reported = true;
	return r;
}

static bool is_needed(const struct recorder *recorder, const struct tracked_cgroup *tracked)
{
	size_t i;

	for (i = 0; i < recorder->handler_count; i++) {
		const struct recorder_handler *handler = &recorder->handlers[i];

		if (handler->needs && handler->needs(handler->data, tracked))
			return true;
	}
	return false;
}

int recorder_end(struct recorder *recorder, uint32_t slot, const struct recorder_totals *totals,
		 struct error *err)
{
	struct tracked_cgroup *tracked = recorder->slots.tracked[slot];
	int r = 0;

	if (!tracked || !tracked->reported) {
		r = slots_collect(&recorder->slots, slot, &tracked, err);
		if (r < 0)
			return r;
		tracked->losses = recorder_totals_between(&tracked->before, totals);
		r = report_removed(recorder, tracked, err);
	}
	/* A process that dies before this leaves the slot to the next owner of the pins. */
	return r < 0 || is_needed(recorder, tracked) ? r : slots_free(&recorder->slots, slot, err);
}

bool recorder_is_wanted(const struct recorder *recorder, const struct tracked_cgroup *tracked)
{
	size_t i;

	for (i = 0; i < recorder->handler_count; i++) {
		const struct recorder_handler *handler = &recorder->handlers[i];

		if (!handler->wants || handler->wants(handler->data, tracked))
			return true;
	}
	return false;
}

void recorder_report_dropped(const struct recorder *recorder, const struct tracked_cgroup *tracked)
{
	size_t i;

	for (i = 0; i < recorder->handler_count; i++)
		if (recorder->handlers[i].dropped)
			recorder->handlers[i].dropped(recorder->handlers[i].data, tracked);
}

struct visitor {
	int (*visit)(void *data, struct tracked_cgroup *tracked, struct error *err);
	void *data;
	bool *visited; /* by slot */
};

static int visit_from_above(struct recorder *recorder, const struct visitor *visitor, uint32_t slot,
			    struct error *err)
{
	struct tracked_cgroup *tracked = recorder->slots.tracked[slot];
	uint32_t above;
	int r = 0;

	if (!tracked || !tracked->announced || tracked->reported || visitor->visited[slot])
		return 0;
	visitor->visited[slot] = true;
	above = slots_find(&recorder->slots, tracked->parent_id);
	if (above != RECORDER_SLOT_NONE)
		r = visit_from_above(recorder, visitor, above, err);
	return r < 0 ? r : visitor->visit(visitor->data, tracked, err);
}

int recorder_visit(struct recorder *recorder,
		   int (*visit)(void *data, struct tracked_cgroup *tracked, struct error *err),
		   void *data, struct error *err)
{
	_cleanup_free_ bool *visited = calloc(recorder->slots.count, sizeof(*visited));
	const struct visitor visitor = { .visit = visit, .data = data, .visited = visited };
	uint32_t slot;
	int r = 0;

	if (!visited)
		return error_nomem(err);
	for (slot = 1; slot < recorder->slots.count && r == 0; slot++)
		r = visit_from_above(recorder, &visitor, slot, err);
	return r;
}
