// SPDX-License-Identifier: Apache-2.0
#include "cli/record_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "record/recorder.h"
#include "syscalls/syscalls.h"
#include "selection/target.h"
#include "session/progress.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/str.h"

#define NSEC_PER_SEC 1000000000LL

/* ECMA-48: back to the first column, and erase the line. */
#define WIPE "\r\033[K"

static void wipe(void *data)
{
	fputs(WIPE, stderr);
}

void view_init(struct view *view, bool verbose, bool live)
{
	*view = (struct view){ .verbose = verbose, .live = live };
	if (live)
		log_set_before(wipe, NULL);
}

void view_finish(struct view *view)
{
	if (!view->live)
		return;
	wipe(NULL);
	log_set_before(NULL, NULL);
	view->live = false;
}

void view_summarize(const struct target *target, const struct progress *progress)
{
	char denied[48] = "";

	if (progress->denied.length)
		snprintf(denied, sizeof(denied), " and %zu denied", progress->denied.length);
	log_info("recorded %zu system calls%s of %s", progress->seen.length, denied,
		 target_description(target));
}

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

static int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

static void draw(const struct target *target, const struct progress *progress,
		 const struct recorder_totals *totals, int64_t now)
{
	uint64_t lost = totals->lost_slots + totals->lost_map + totals->recursion;
	char line[512], denied[48] = "";
	_cleanup_free_ char *safe = str_escape(target_description(target));

	if (progress->denied.length)
		snprintf(denied, sizeof(denied), " (%zu denied)", progress->denied.length);
	snprintf(line, sizeof(line),
		 "%s: %zu of %zu running, %zu system calls%s, last new %lld s ago, %" PRIu64
		 " lost",
		 safe ? safe : "", target_live_count(target), target_count(target),
		 progress->seen.length, denied,
		 (long long)((now - progress->last_new) / NSEC_PER_SEC), lost);
	if (target_count(target) == 0)
		snprintf(line, sizeof(line), "%s: waiting for a first match, %" PRIu64 " lost",
			 safe ? safe : "", lost);
	fprintf(stderr, WIPE "%.*s", terminal_width() - 1, line);
	fflush(stderr);
}

void view_draw(const struct view *view, const struct target *target,
	       const struct progress *progress, const struct recorder_totals *totals, int64_t now)
{
	size_t i;

	if (view->verbose)
		for (i = 0; i < progress->discovery_count; i++)
			tell(&progress->discoveries[i]);
	if (view->live)
		draw(target, progress, totals, now);
}
