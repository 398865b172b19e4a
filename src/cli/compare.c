// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/baseline_choice.h"
#include "cli/frame/cli.h"
#include "cli/input.h"
#include "cli/report_format.h"
#include "cli/comparand.h"
#include "profile/baseline/resolved_baseline.h"
#include "profile/compare/compare_report.h"
#include "profile/model/architecture.h"
#include "recording/applied_profile.h"
#include "recording/evidence.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/string_set.h"

#define BASELINE_USUAL "containerd"
#define STARTED_UNDER "the profile that it was started under"

struct compare_options {
	const char *baseline;
	int format; /* enum report_format */
	struct context_options context;
};

/* The baseline for one context, which most containers share. */
struct shared_baseline {
	const struct comparand *comparand;    /* the first one with this baseline */
	bool started_under;		      /* the baseline is the profile it was started under */
	const struct baseline_choice *choice; /* the baseline otherwise */
	struct resolved_baseline baseline;
};

/* The table of an engine that some comparands ran under. */
struct engine_table {
	const char *engine;
	const char *version; /* NULL: unknown */
	bool known;	     /* there are tables of the engine */
	struct baseline_choice choice;
};

struct comparing {
	bool baseline_given;
	struct baseline_choice baseline; /* from --baseline, or the usual one */
	struct engine_table *tables;
	size_t table_count;
	struct comparands comparands;
	struct shared_baseline *shared_baselines;
	size_t shared_baseline_count;
	struct compared *compared; /* one for each comparand */
	size_t compared_count;
};

static void comparing_finish(struct comparing *comparing)
{
	size_t i;

	for (i = 0; i < comparing->compared_count; i++)
		compared_finish(&comparing->compared[i]);
	for (i = 0; i < comparing->shared_baseline_count; i++)
		resolved_baseline_finish(&comparing->shared_baselines[i].baseline);
	for (i = 0; i < comparing->table_count; i++)
		baseline_choice_finish(&comparing->tables[i].choice);
	free(comparing->tables);
	free(comparing->compared);
	free(comparing->shared_baselines);
	comparands_finish(&comparing->comparands);
	baseline_choice_finish(&comparing->baseline);
}

/*
 * True if the baseline is the profile that the container was started under. Unless --baseline
 * is given, that profile is the best evidence of its default.
 */
static bool started_under(const struct comparing *comparing, const struct comparand *comparand)
{
	return !comparing->baseline_given && comparand->applied;
}

static bool same_context(const struct comparand *a, const struct comparand *b)
{
	size_t i;

	if (a->machine != b->machine || a->capability_count != b->capability_count ||
	    memcmp(&a->context.kernel, &b->context.kernel, sizeof(a->context.kernel)) != 0)
		return false;
	for (i = 0; i < a->capability_count; i++)
		if (strcmp(a->capabilities[i], b->capabilities[i]) != 0)
			return false;
	return true;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/*
 * Without --baseline, takes the table of the engine and version that the recording names. There
 * is room for one table for each comparand, so the array never moves and ret_choice stays
 * valid.
 */
static int choose_baseline(struct comparing *comparing, const struct comparand *comparand,
			   const struct baseline_choice **ret_choice, struct error *err)
{
	struct engine_table *table = comparing->tables;
	size_t i;
	int r = 0;

	*ret_choice = &comparing->baseline;
	if (comparing->baseline_given || !comparand->engine.name)
		return 0;
	for (i = 0; i < comparing->table_count; i++, table++)
		if (strcmp(table->engine, comparand->engine.name) == 0 &&
		    same_text(table->version, comparand->engine.version))
			break;
	if (i == comparing->table_count) {
		table->engine = comparand->engine.name;
		table->version = comparand->engine.version;
		r = baseline_choice_init_engine(&table->choice, table->engine, table->version,
						&table->known, err);
		comparing->table_count += r == 0;
	}
	if (r == 0 && table->known)
		*ret_choice = &table->choice;
	return r;
}

/* Resolves the profile that the comparand was started under, or its baseline. */
static int resolve(struct shared_baseline *item, const char *scmp_arch, struct error *err)
{
	const struct baseline_choice *choice = item->choice;
	const struct comparand *comparand = item->comparand;
	_cleanup_profile_ struct profile *applied = NULL;
	int r;

	if (!item->started_under && choice->conditional)
		return resolved_baseline_init(&item->baseline, choice->conditional,
					      &comparand->context, scmp_arch, err);
	if (!item->started_under)
		return resolved_baseline_init_profile(
			&item->baseline, choice->documents.items[0].profile, scmp_arch, err);
	r = applied_profile_parse(comparand->applied, &applied, err);
	if (r == 0)
		r = resolved_baseline_init_profile(&item->baseline, applied, scmp_arch, err);
	if (r == 0)
		item->baseline.owned = steal_pointer(&applied);
	return r;
}

static int find_baseline(struct comparing *comparing, const struct comparand *comparand,
			 const char *scmp_arch, const struct shared_baseline **ret_shared,
			 struct error *err)
{
	struct shared_baseline *items = comparing->shared_baselines, *item;
	const struct baseline_choice *choice;
	size_t i;
	int r = choose_baseline(comparing, comparand, &choice, err);

	if (r < 0)
		return r;
	for (i = 0; i < comparing->shared_baseline_count; i++) {
		bool same = items[i].started_under ?
				    items[i].comparand->applied == comparand->applied :
				    items[i].choice == choice &&
					    same_context(items[i].comparand, comparand);

		if (same && strcmp(items[i].baseline.scmp_arch, scmp_arch) == 0 &&
		    items[i].started_under == started_under(comparing, comparand)) {
			*ret_shared = &items[i];
			return 0;
		}
	}
	/* There is room for one for each comparand, so that ret_shared stays valid. */
	item = &items[comparing->shared_baseline_count++];
	*item = (struct shared_baseline){
		.comparand = comparand,
		.started_under = started_under(comparing, comparand),
		.choice = choice,
	};
	*ret_shared = item;
	return resolve(item, scmp_arch, err);
}

/*
 * Explains a baseline that the user did not choose; "" if there is nothing to explain. NULL
 * when memory ran out.
 */
static char *explain_choice(const struct comparing *comparing,
			    const struct shared_baseline *shared_baseline,
			    const struct comparand *comparand)
{
	const char *note = shared_baseline->choice->note;
	const char *before = note ? "; " : "", *which = "that engine", *beside = "";
	char *text;

	if (shared_baseline->choice == &comparing->baseline)
		return strdup(note ? note : "");
	if (!comparand->engine.version)
		beside = ", of a version that is not known";
	else if (comparand->engine.versions_differ)
		which = "several versions of that engine", beside = ", of which this is the oldest";
	return asprintf(&text, "the container ran under %s%s, as the recording says%s%s", which,
			beside, before, note ? note : "") < 0 ?
		       NULL :
		       text;
}

/* Fills in what the report says about the comparand in addition to the findings. */
static int describe(struct compared *compared, const struct comparing *comparing,
		    const struct shared_baseline *shared_baseline,
		    const struct comparand *comparand, struct error *err)
{
	const char *title = shared_baseline->started_under ? STARTED_UNDER :
							     shared_baseline->choice->title;
	_cleanup_free_ char *note = shared_baseline->started_under ?
					    strdup("") :
					    explain_choice(comparing, shared_baseline, comparand);
	size_t i;
	int r = 0;

	compared->name = strdup(comparand->name);
	compared->file = strdup(comparand->path);
	compared->baseline = strdup(title);
	if (!compared->name || !compared->file || !compared->baseline || !note ||
	    (comparand->base_profile &&
	     !(compared->base_profile = strdup(comparand->base_profile))) ||
	    (comparand->kernel && !(compared->kernel = strdup(comparand->kernel))))
		return error_nomem(err);
	if (*note)
		compared->note = steal_pointer(&note);
	compared->capabilities_matter = shared_baseline->baseline.effects;
	compared->capabilities_assumed = comparand->capabilities_assumed;
	for (i = 0; i < comparand->capability_count && r == 0; i++)
		r = string_set_add(&compared->capabilities, &compared->capability_count,
				   comparand->capabilities[i], err);
	if (r == 0 && comparand->recording) {
		for (i = 0; i < comparand->recording->observation_count; i++)
			compared->observations += comparand->recording->observations[i].machine ==
						  comparand->machine;
		r = incompleteness_reasons(comparand->recording, &compared->reasons,
					   &compared->reason_count, err);
	}
	return r;
}

static int compare_comparand(struct comparing *comparing, const struct comparand *comparand,
			     struct error *err)
{
	struct compared *compared = &comparing->compared[comparing->compared_count++];
	struct compare_input input = {
		.recording = comparand->recording,
		.machine = comparand->machine,
		.own = comparand->own,
	};
	const struct shared_baseline *shared_baseline;
	int r;

	compared->scmp_arch = compare_architecture(comparand->own, comparand->machine);
	r = find_baseline(comparing, comparand, compared->scmp_arch, &shared_baseline, err);
	if (r == 0)
		r = describe(compared, comparing, shared_baseline, comparand, err);
	if (r < 0)
		return r;
	input.baseline = &shared_baseline->baseline;
	return compare_with_baseline(&input, &compared->report, err);
}

static int compare_all(struct comparing *comparing, struct error *err)
{
	size_t count = comparing->comparands.length, i;
	int r = 0;

	comparing->shared_baselines = calloc(count, sizeof(*comparing->shared_baselines));
	comparing->compared = calloc(count, sizeof(*comparing->compared));
	comparing->tables = calloc(count, sizeof(*comparing->tables));
	if (!comparing->shared_baselines || !comparing->compared || !comparing->tables)
		return error_nomem(err);
	for (i = 0; i < count && r == 0; i++)
		r = compare_comparand(comparing, &comparing->comparands.items[i], err);
	return r;
}

static int check_architecture(const struct compare_options *options, struct error *err)
{
	const char *name = options->context.architecture;
	const struct architecture *architecture = name ? architecture_find(name) : NULL;

	if (!name || (architecture && architecture->machine &&
		      machine_from_name(architecture->machine) >= 0))
		return 0;
	return cli_usage_error(err, "--arch %s: compare knows amd64 and arm64", name);
}

static int print_compared(const struct comparing *comparing, int format, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	bool fits = true;
	size_t i;
	int r;

	r = format == REPORT_JSON ?
		    compared_write_json(comparing->compared, comparing->compared_count, &text,
					err) :
		    compared_write_text(comparing->compared, comparing->compared_count, &text, err);
	if (r == 0)
		r = cli_print(text, err);
	for (i = 0; i < comparing->compared_count; i++)
		fits &= comparing->compared[i].report.fits;
	if (r < 0)
		return r;
	return fits ? CLI_SUCCESS : CLI_FAILURE;
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct compare_options *options = call->options;
	_cleanup_(comparing_finish) struct comparing comparing = {};
	_cleanup_input_context_ struct input_context usual = {};
	int r, i;

	comparing.baseline_given = options->baseline;
	if ((r = check_architecture(options, err)) < 0 ||
	    (r = input_context_init(&usual, &options->context, err)) < 0 ||
	    (r = baseline_choice_init(&comparing.baseline,
				      options->baseline ? options->baseline : BASELINE_USUAL,
				      &usual.context, err)) < 0)
		return r;
	for (i = 0; i < call->argc && r == 0; i++)
		r = comparands_add_file(&comparing.comparands, call->argv[i], &options->context,
					&usual, err);
	if (r == 0)
		r = compare_all(&comparing, err);
	return r < 0 ? r : print_compared(&comparing, options->format, err);
}

static const struct cli_option options_table[] = {
	{ .name = "baseline",
	  .argument = "BASELINE",
	  .type = CLI_STRING,
	  .offset = offsetof(struct compare_options, baseline),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "what to compare with: containerd, cri-o, docker or podman, with @VERSION for "
		  "one that is not the newest, or a file (default: the profile that the container "
		  "was started under, if the recording has it, else the table of the container's "
		  "engine and version, else containerd)" },
	REPORT_FORMAT_OPTION(struct compare_options),
	{ .name = "arch",
	  .argument = "ARCH",
	  .type = CLI_STRING,
	  .offset = offsetof(struct compare_options, context.architecture),
	  .group = "Container context, if the files lack it or are wrong",
	  .help = "amd64 or arm64" },
	CAPABILITY_OPTION(struct compare_options, context.capabilities, NULL,
			  "from the file, or DEFAULT"),
	KERNEL_OPTION(struct compare_options, context.kernel,
		      "from the file, or newer than any "
		      "rule asks for"),
	{},
};

const struct cli_command compare_command = {
	.name = "compare",
	.summary = "Compares what containers do with what RuntimeDefault allows.",
	.synopsis = (const char *const[]){ "[OPTION]... FILE...", NULL },
	.description =
		(const char *const[]){
			"FILE is a recording, whose containers are all compared, or a profile of "
			"any format, whose allowed calls count as used; '-' is standard input.",
			"Prints for each container the calls that it uses but the baseline does "
			"not allow, or not with arguments that were seen, so that it would break "
			"under RuntimeDefault; the calls that it uses and the baseline allows "
			"only for some arguments, if it is not known which were used, or with a "
			"capability; the calls that were attempted and denied; and the calls that "
			"the baseline allows but the container never used, by risk and by "
			"purpose. A profile of its own removes the last.",
			"Capabilities, kernel and architecture come from the recording. For a "
			"profile, the usual capabilities are assumed. Exits with 1 if a container "
			"does not fit.",
			NULL },
	.options = options_table,
	.options_size = sizeof(struct compare_options),
	.arguments_min = 1,
	.arguments_max = -1,
	.complete = CLI_COMPLETE_FILE,
	.examples =
		(const struct cli_example[]){
			{ "Would this run under containerd's RuntimeDefault?",
			  "recorder compare shop.recording.json" },
			{ "And under that of one version of Docker, with a capability more?",
			  "recorder compare web.json --baseline docker@27.5.1 --cap DEFAULT --cap SYS_PTRACE" },
			{} },
	.run = run,
};
