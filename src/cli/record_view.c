// SPDX-License-Identifier: Apache-2.0
#include "cli/record_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "record/recorder.h"
#include "syscalls/syscalls.h"
#include "selection/target.h"
#include "util/array.h"
#include "util/error.h"
#include "util/log.h"
#include "util/str.h"

#define NSEC_PER_SEC 1000000000LL

/* ECMA-48: back to the first column, and erase the line. */
#define WIPE "\r\033[K"

static void wipe(void *data)
{
	fputs(WIPE, stderr);
}

void view_init(struct view *view, bool verbose, bool progress, int64_t now)
{
	*view = (struct view){ .verbose = verbose, .progress = progress, .last_new = now };
	if (progress)
		log_set_before(wipe, NULL);
}

static void summarize(const struct view *view, const struct target *target)
{
	char denied[48] = "";

	if (view->denied.length)
		snprintf(denied, sizeof(denied), " and %zu denied", view->denied.length);
	log_info("recorded %zu system calls%s of %s", view->seen.length, denied,
		 target_description(target));
}

void view_finish(struct view *view, const struct target *target)
{
	if (view->progress) {
		wipe(NULL);
		log_set_before(NULL, NULL);
	}
	if (target)
		summarize(view, target);
	call_set_finish(&view->seen);
	call_set_finish(&view->denied);
}

/* A call that was not known at the last refresh. */
struct discovery {
	const struct observation *whose; /* borrowed, during the refresh */
	struct call call;
	bool denied;
};

static void tell(const struct discovery *discovery)
{
	const struct observation *whose = discovery->whose;
	const struct call *call = &discovery->call;
	char number[SYSCALL_NAME_SIZE];
	const char *name = syscall_name_or_number(machine_native(), call->abi, call->nr, number);

	log_info("%s%s%s%s by %s%s%s", discovery->denied ? "denied: " : "", name,
		 call->abi == ABI_NATIVE ? "" : " ",
		 call->abi == ABI_NATIVE ? "" : abi_scmp_arch(machine_native(), call->abi),
		 call->process[0] ? call->process : "(not known)",
		 whose->container_name ? " in " : "",
		 whose->container_name ? whose->container_name : "");
}

struct intake {
	struct view *view;
	struct discovery *items;
	size_t length;
};

static int take_in(void *data, const struct observation *whose, bool denied,
		   const struct call *call, struct error *err)
{
	struct intake *intake = data;
	struct call_set *set = denied ? &intake->view->denied : &intake->view->seen;
	struct discovery *grown;

	if (call->origin != ORIGIN_OBSERVED || call_set_find(set, call->abi, call->nr))
		return 0;
	grown = array_grow(intake->items, intake->length, sizeof(*intake->items));
	if (!grown)
		return error_nomem(err);
	intake->items = grown;
	grown[intake->length++] = (struct discovery){ whose, *call, denied };
	return call_set_add(set, call, err);
}

/* What has no time, because its event was lost, comes last. */
static int64_t time_of(const struct discovery *discovery)
{
	return discovery->call.first_seen ? discovery->call.first_seen : INT64_MAX;
}

static int compare_times(const void *a, const void *b)
{
	int64_t left = time_of(a), right = time_of(b);

	return (left > right) - (left < right);
}

static void tell_all(const struct intake *intake)
{
	size_t i;

	qsort(intake->items, intake->length, sizeof(*intake->items), compare_times);
	for (i = 0; i < intake->length; i++)
		tell(&intake->items[i]);
}

static int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

static void draw(const struct view *view, const struct target *target,
		 const struct recorder_totals *totals, int64_t now)
{
	uint64_t lost = totals->lost_slots + totals->lost_map + totals->recursion;
	char line[512], denied[48] = "";
	_cleanup_free_ char *safe = str_escape(target_description(target));
	size_t count = target_count(target);

	if (view->denied.length)
		snprintf(denied, sizeof(denied), " (%zu denied)", view->denied.length);
	snprintf(line, sizeof(line),
		 "%s: %zu of %zu running, %zu system calls%s, last new %lld s ago, %" PRIu64
		 " lost",
		 safe ? safe : "", target_live_count(target), count, view->seen.length, denied,
		 (now - view->last_new) / NSEC_PER_SEC, lost);
	if (count == 0)
		snprintf(line, sizeof(line), "%s: waiting for a first match, %" PRIu64 " lost",
			 safe ? safe : "", lost);
	fprintf(stderr, WIPE "%.*s", terminal_width() - 1, line);
	fflush(stderr);
}

int view_refresh(struct view *view, const struct target *target,
		 const struct recorder_totals *totals, int64_t now, struct error *err)
{
	struct intake intake = { .view = view };
	int r = target_visit_calls(target, take_in, &intake, err);

	if (r == 0 && intake.length) {
		view->last_new = now;
		if (view->verbose)
			tell_all(&intake);
	}
	free(intake.items);
	if (r < 0)
		return r;
	if (view->progress)
		draw(view, target, totals, now);
	return 0;
}
